/** Reads masks: images in which the value of a pixel is the number of its category, and 0 is the background. @module */
import sharp from 'sharp';
import { WildstyleError } from '../../errors.js';
import type { AnnotatedObject } from '../object.js';
import { encodeRle } from '../rle.js';
import { boxOfMask } from '../transform.js';

/**
 * Decodes a mask: a gray or palette PNG with 8 bits. A palette counts by its indexes where the decoder keeps them, so gray
 * is safer.
 * @param names names of the categories, by number; a category without one is named by its number
 * @throws `annotations-invalid` if the file cannot be decoded, has colors or another size
 */
export async function readMask(
  file: string,
  names: readonly string[],
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Promise<AnnotatedObject[]> {
  const { data, info } = await sharp(file)
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw invalid(file, `cannot be decoded: ${cause.message}`);
    });
  if (info.width !== widthPx || info.height !== heightPx)
    throw invalid(
      file,
      `is ${info.width} x ${info.height} pixels, but its image is ${widthPx} x ${heightPx}`,
    );
  const { channels } = info;
  const values = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < values.length; i++) {
    values[i] = data[i * channels];
    const isGray =
      channels < 3 || (data[i * channels + 1] === values[i] && data[i * channels + 2] === values[i]);
    if (!isGray) throw invalid(file, 'has colors, so its values are not category numbers');
  }
  const present = [...new Set(values)].filter((value) => value > 0).sort((a, b) => a - b);
  return present.map((categoryId) => {
    const mask = { data: values.map((value) => (value === categoryId ? 1 : 0)), widthPx, heightPx };
    const category = names[categoryId] ?? String(categoryId);
    return { category, categoryId, bbox: boxOfMask(mask) ?? [0, 0, 0, 0], rle: encodeRle(mask) };
  });
}

function invalid(file: string, problem: string): WildstyleError {
  return new WildstyleError('annotations-invalid', `The mask ${file} ${problem}.`, {
    cure: 'Save masks as 8-bit gray PNG files with the size of their images.',
  });
}
