/** Lighting of uneven surfaces: thick paint, cut glass, tilted tiles. @module */
import type { Canvas } from './canvas.js';
import { clamp01 } from './color.js';

/** The lighting of a relief. */
export interface Lighting {
  /** How strongly slopes facing the light brighten and slopes facing away darken. */
  readonly contrast: number;
  /** How much white is added on slopes that face the light. */
  readonly gloss: number;
}

/**
 * Lights the canvas from the upper left, in place. `surface` is the height of every pixel, in pixels, row-major, with the
 * size of the canvas.
 */
export function lightRelief(canvas: Canvas, surface: Float32Array, { contrast, gloss }: Lighting): void {
  const { widthPx, heightPx, pixels } = canvas;
  const heightAt = (x: number, y: number): number =>
    surface[
      Math.min(Math.max(y, 0), heightPx - 1) * widthPx + Math.min(Math.max(x, 0), widthPx - 1)
    ] as number;
  for (let y = 0, offset = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, offset += 3) {
      const slopeX = (heightAt(x + 1, y) - heightAt(x - 1, y)) / 2;
      const slopeY = (heightAt(x, y + 1) - heightAt(x, y - 1)) / 2;
      const facing = Math.tanh(0.6 * slopeX + 0.8 * slopeY);
      const shine = gloss * Math.max(0, facing) ** 3;
      for (let channel = 0; channel < 3; channel++) {
        const lit = (pixels[offset + channel] as number) * (1 + contrast * facing);
        pixels[offset + channel] = clamp01(lit + shine * (1 - lit));
      }
    }
}
