/** Decodes image files to pixels of a given size. @module */
import { WildstyleError } from '../errors.js';
import { type DecodeTarget, fitShape, isWhole } from './fit.js';
import { type InspectOptions, inspectImage, nameOfSource } from './inspect.js';
import type { Pixels } from './pixels.js';
import { rgbPixels } from './rgb-pixels.js';

export type { DecodeTarget } from './fit.js';
export type { InspectOptions } from './inspect.js';
export type { Pixels } from './pixels.js';

/**
 * Decodes an image and resizes it to the target shape (see {@link fitShape}) with a Lanczos-3 kernel. Applies the EXIF
 * orientation, converts an embedded color profile to sRGB, converts CMYK, grayscale and 16-bit images to 8-bit RGB, and
 * composites transparency on white in sRGB. Deterministic: the same file and target always give the same pixels.
 * @param source path or bytes of the file
 * @throws everything {@link inspectImage} throws; `image-corrupt` also for truncated files
 */
export async function decodeImage(
  source: string | Uint8Array,
  target: DecodeTarget,
  options: InspectOptions = {},
): Promise<Pixels> {
  const image = await inspectImage(source, options);
  const shape = fitShape(image.widthPx, image.heightPx, target);
  const resize = {
    width: shape.widthPx,
    height: shape.heightPx,
    fit: isWhole(target) ? 'fill' : 'cover',
    position: 'center',
    kernel: 'lanczos3',
    fastShrinkOnLoad: false,
  } as const;
  const { data, info } = await rgbPixels(source, image, resize, options);
  if (info.channels !== 3 || info.width !== shape.widthPx || info.height !== shape.heightPx) {
    const got = `${info.width} x ${info.height} x ${info.channels}`;
    throw new WildstyleError(
      'internal',
      `${nameOfSource(source, options)}: decoded to an unexpected shape, ${got}`,
    );
  }
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), ...shape };
}
