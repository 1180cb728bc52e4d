/** Generated images for the tests in this folder. @module */
import sharp, { type Sharp } from 'sharp';

export type Color = readonly [number, number, number];

export const red: Color = [230, 20, 30];
export const blue: Color = [10, 40, 200];

/** A solid color. */
export function solid(width: number, height: number, color: Color): Sharp {
  const [r, g, b] = color;
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

/** Blue, with a red block in the upper left corner that is an eighth of the image in each direction. */
export async function markedCorner(width: number, height: number): Promise<Sharp> {
  const mark = await solid(width / 8, height / 8, red)
    .png()
    .toBuffer();
  const marked = await solid(width, height, blue)
    .composite([{ input: mark, left: 0, top: 0 }])
    .png()
    .toBuffer();
  return sharp(marked);
}

/** Reproducible color noise: the high bits of a linear congruential generator. */
export function noise(width: number, height: number): Sharp {
  let state = 7;
  const bytes = Buffer.alloc(width * height * 3);
  for (let index = 0; index < bytes.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** `count` frames stacked vertically, the layout in which sharp takes animations. */
export function frames(width: number, height: number, count: number): Sharp {
  const bytes = Buffer.alloc(width * height * count * 3);
  for (let frame = 0; frame < count; frame++) bytes.fill(frame * 60, width * height * 3 * frame);
  return sharp(bytes, { raw: { width, height: height * count, channels: 3, pageHeight: height } });
}

/** Returns the color of a pixel. */
export function colorAt(
  pixels: { data: Uint8Array; widthPx: number },
  x: number,
  y: number,
): [number, number, number] {
  const at = (y * pixels.widthPx + x) * 3;
  return [pixels.data[at] as number, pixels.data[at + 1] as number, pixels.data[at + 2] as number];
}

/** Returns the largest difference of any channel. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] as number))));
}
