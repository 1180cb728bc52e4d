/** From an image file of any kind to pixels of a wanted size. @module */
import sharp from 'sharp';
import { WildstyleError } from '../errors.js';
import { type DecodeTarget, fitShape } from './fit.js';
import {
  corruptImage,
  defaultMaximumPixels,
  type InspectOptions,
  inspectImage,
  nameOfSource,
} from './inspect.js';
import type { Pixels } from './pixels.js';

export type { DecodeTarget } from './fit.js';
export type { InspectOptions } from './inspect.js';
export type { Pixels } from './pixels.js';

/**
 * Decodes an image and brings it to the target's shape (see {@link fitShape}) with a Lanczos-3 kernel. EXIF orientation
 * is baked in; an embedded color profile is converted to sRGB; CMYK, grayscale and 16-bit become three channels of 8
 * bits; transparency is composited on white, in sRGB. The same file and target give the same pixels every time.
 * @param source path of a file, or its bytes
 * @throws what {@link inspectImage} throws; `image-corrupt` also for files that end too early
 */
export async function decodeImage(
  source: string | Uint8Array,
  target: DecodeTarget,
  options: InspectOptions = {},
): Promise<Pixels> {
  const image = await inspectImage(source, options);
  const shape = fitShape(image.widthPx, image.heightPx, target);
  const { data, info } = await sharp(image.bytes, {
    limitInputPixels: options.maximumPixels ?? defaultMaximumPixels,
  })
    .autoOrient()
    .resize(shape.widthPx, shape.heightPx, {
      fit: 'fit' in target && target.fit === 'stretch' ? 'fill' : 'cover',
      position: 'center',
      kernel: 'lanczos3',
      fastShrinkOnLoad: false,
    })
    .flatten({ background: '#ffffff' })
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw corruptImage(nameOfSource(source, options), image.format, cause);
    });
  if (info.channels !== 3 || info.width !== shape.widthPx || info.height !== shape.heightPx) {
    const got = `${info.width} x ${info.height} x ${info.channels}`;
    throw new WildstyleError('internal', `${nameOfSource(source, options)}: decoded to ${got}`);
  }
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), ...shape };
}
