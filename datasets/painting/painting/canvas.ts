/** A floating-point canvas, and its conversion to bytes. @module */
import { type Color, clamp01 } from './color.js';

/** Row-major sRGB pixels in [0, 1]. */
export interface Canvas {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Float32Array;
}

/** A canvas of one color. */
export function createCanvas(widthPx: number, heightPx: number, fill: Color = [1, 1, 1]): Canvas {
  const pixels = new Float32Array(widthPx * heightPx * 3);
  for (let offset = 0; offset < pixels.length; offset += 3) pixels.set(fill, offset);
  return { widthPx, heightPx, pixels };
}

/** A canvas whose pixels are computed by `shade` from their column and row. */
export function shadeCanvas(
  widthPx: number,
  heightPx: number,
  shade: (xPx: number, yPx: number) => Color,
): Canvas {
  const pixels = new Float32Array(widthPx * heightPx * 3);
  for (let y = 0, offset = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, offset += 3) pixels.set(shade(x, y), offset);
  return { widthPx, heightPx, pixels };
}

/** Blends `paint` over the pixel with opacity `alpha` in [0, 1]. */
export function blendPixel(canvas: Canvas, xPx: number, yPx: number, paint: Color, alpha: number): void {
  const { pixels } = canvas;
  const offset = 3 * (yPx * canvas.widthPx + xPx);
  for (let channel = 0; channel < 3; channel++) {
    const under = pixels[offset + channel] as number;
    pixels[offset + channel] = under + ((paint[channel] as number) - under) * alpha;
  }
}

/** Averages each `factor` x `factor` block, which antialiases an oversampled picture. */
export function shrinkCanvas(canvas: Canvas, factor: number): Canvas {
  const widthPx = Math.floor(canvas.widthPx / factor);
  const heightPx = Math.floor(canvas.heightPx / factor);
  const pixels = new Float32Array(widthPx * heightPx * 3);
  const share = 1 / (factor * factor);
  for (let y = 0; y < heightPx * factor; y++)
    for (let x = 0; x < widthPx * factor; x++) {
      const from = 3 * (y * canvas.widthPx + x);
      const to = 3 * (Math.floor(y / factor) * widthPx + Math.floor(x / factor));
      for (let channel = 0; channel < 3; channel++)
        pixels[to + channel] =
          (pixels[to + channel] as number) + share * (canvas.pixels[from + channel] as number);
    }
  return { widthPx, heightPx, pixels };
}

/** The pixels as interleaved 8-bit RGB. */
export function canvasBytes(canvas: Canvas): Uint8Array {
  return Uint8Array.from(canvas.pixels, (value) => Math.round(255 * clamp01(value)));
}
