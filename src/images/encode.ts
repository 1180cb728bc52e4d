/** From pixels to the bytes of an image file. @module */
import sharp from 'sharp';
import { WildstyleError } from '../errors.js';
import type { ImageFormat } from './format.js';
import type { Pixels } from './pixels.js';

export { extensionOf, type ImageFormat } from './format.js';

/** How pixels are written. */
export interface EncodeOptions {
  readonly format: ImageFormat;
  /** 1 to 100, for JPEG and WebP; PNG is lossless and ignores it. Default 92. */
  readonly quality?: number;
}

/** From this quality on, JPEG keeps full color resolution (4:4:4); below, it halves it (4:2:0). */
const fullChromaQuality = 90;

/**
 * Encodes pixels as sRGB without metadata. The same pixels and options give the same bytes, whatever the number of
 * threads.
 * @throws `option-invalid` when the quality is out of range
 * @throws `shape-mismatch` when the data do not fill the image
 */
export async function encodeImage(pixels: Pixels, options: EncodeOptions): Promise<Buffer> {
  const { format, quality = 92 } = options;
  const { data, widthPx: width, heightPx: height } = pixels;
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new WildstyleError('option-invalid', `quality must be an integer from 1 to 100, not ${quality}`);
  }
  if (data.length !== width * height * 3) {
    throw new WildstyleError('shape-mismatch', `${data.length} bytes do not fill ${width} x ${height} x 3`);
  }
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  const fullChroma = quality >= fullChromaQuality;
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality, chromaSubsampling: fullChroma ? '4:4:4' : '4:2:0' }).toBuffer();
    case 'png':
      return image.png({ compressionLevel: 6 }).toBuffer();
    case 'webp':
      return image.webp({ quality, smartSubsample: fullChroma }).toBuffer();
  }
}
