/** Difficult image files: valid ones that few readers handle correctly, and invalid ones. @module */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { smallImage } from './small-images.js';

/** Valid files by name, with their size as displayed. */
export async function unusualImages(): Promise<
  Record<string, { bytes: Uint8Array; size: [number, number] }>
> {
  const picture = () => smallImage('rings', 3, 96, 64);
  return {
    'cmyk.jpg': { bytes: await picture().toColorspace('cmyk').jpeg().toBuffer(), size: [96, 64] },
    'sixteen-bit.png': { bytes: await picture().toColorspace('rgb16').png().toBuffer(), size: [96, 64] },
    'gray-alpha.png': {
      bytes: await picture().grayscale().ensureAlpha(0.5).toColorspace('b-w').png().toBuffer(),
      size: [96, 64],
    },
    // Stored on its side, displayed upright.
    'rotated.jpg': {
      bytes: await smallImage('gradient', 1, 96, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      size: [32, 96],
    },
    'panorama.jpg': {
      bytes: await smallImage('stripes', 2, 500, 30).resize(20_000, 300, { fit: 'fill' }).jpeg().toBuffer(),
      size: [20_000, 300],
    },
  };
}

/** Invalid files by name, with the error code of each. */
export async function badImages(): Promise<Record<string, { bytes: Uint8Array; code: string }>> {
  const photo = await smallImage('noise', 1, 300, 200).jpeg({ quality: 90 }).toBuffer();
  return {
    'truncated.jpg': { bytes: photo.subarray(0, photo.length / 3), code: 'image-corrupt' },
    'text.jpg': { bytes: Buffer.from('Dear reader, this is a letter.\n'), code: 'image-unsupported' },
    'empty.jpg': { bytes: new Uint8Array(), code: 'image-empty' },
    'animated.gif': { bytes: await animatedGif(), code: 'image-multi-page' },
    'bomb.png': { bytes: bombPng(50_000), code: 'image-too-large' },
  };
}

function animatedGif(): Promise<Buffer> {
  const [width, height, count] = [40, 40, 3];
  const bytes = Buffer.alloc(width * height * count * 3);
  for (let frame = 0; frame < count; frame++) bytes.fill(frame * 80, width * height * 3 * frame);
  return sharp(bytes, { raw: { width, height: height * count, channels: 3, pageHeight: height } })
    .gif()
    .toBuffer();
}

/** A square black PNG of a few kilobytes that decodes to gigabytes. */
function bombPng(edgePx: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(edgePx, 0);
  header.writeUInt32BE(edgePx, 4);
  // Eight bits per channel, RGB.
  header.set([8, 2], 8);
  const rows = deflateSync(Buffer.alloc(4_000_000));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
