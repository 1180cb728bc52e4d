/** Tells whether the decoder works at all: without memory, it calls every image damaged. @module */
import sharp from 'sharp';

/** Returns whether an image of this size, made here, can be decoded. */
export async function canDecode(widthPx: number, heightPx: number): Promise<boolean> {
  try {
    const create = { width: widthPx, height: heightPx, channels: 3, background: '#808080' } as const;
    const png = await sharp({ create, limitInputPixels: false }).png({ compressionLevel: 1 }).toBuffer();
    const { info } = await sharp(png, { limitInputPixels: false })
      .resize(16, 16, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return info.width === 16;
  } catch {
    return false;
  }
}
