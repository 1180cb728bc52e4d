/** Encodes pixels as image files. @module */
import sharp from 'sharp';
import { WildstyleError } from '../errors.js';
import { defaultQuality, type ImageFormat } from './format.js';
import type { Pixels } from './pixels.js';

export { extensionOf, type ImageFormat } from './format.js';

/** Options for encoding an image. */
export interface EncodeOptions {
  readonly format: ImageFormat;
  /** Quality of JPEG and WebP, from 1 to 100; default 92. PNG is lossless and ignores it. */
  readonly quality?: number;
}

/** At this quality and above, JPEG keeps full chroma resolution (4:4:4). Below, chroma is halved (4:2:0). */
const fullChromaQuality = 90;

/**
 * Encodes pixels as sRGB without metadata. Deterministic: the same pixels and options always give the same bytes,
 * regardless of the number of threads.
 * @throws `option-invalid` if the quality is out of range
 * @throws `shape-mismatch` if the data does not match the width and height
 */
export async function encodeImage(pixels: Pixels, options: EncodeOptions): Promise<Buffer> {
  const { format, quality = defaultQuality } = options;
  const { data, widthPx: width, heightPx: height } = pixels;
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new WildstyleError('option-invalid', `quality must be an integer from 1 to 100, not ${quality}`);
  }
  if (data.length !== width * height * 3) {
    throw new WildstyleError('shape-mismatch', `${data.length} bytes do not match ${width} x ${height} x 3`);
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
