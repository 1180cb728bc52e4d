/** The decoding that every reader of pixels has in common. @module */
import sharp, { type OutputInfo, type ResizeOptions } from 'sharp';
import {
  corruptImage,
  defaultMaximumPixels,
  type InspectedImage,
  type InspectOptions,
  nameOfSource,
} from './inspect.js';

/**
 * Decodes an inspected image to 8-bit sRGB of the given size: upright, with transparency on white.
 * @throws `image-corrupt`
 */
export async function rgbPixels(
  source: string | Uint8Array,
  image: InspectedImage,
  resize: ResizeOptions,
  options: InspectOptions,
): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(image.bytes, { limitInputPixels: options.maximumPixels ?? defaultMaximumPixels })
    .autoOrient()
    .resize(resize)
    .flatten({ background: '#ffffff' })
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw corruptImage(nameOfSource(source, options), image.format, cause);
    });
}
