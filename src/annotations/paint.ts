/** Paints outlines as masks. @module */
import type { ImageShape } from '../images/fit.js';
import type { Mask } from './rle.js';

/** Fills polygons: a pixel belongs to one if its center is inside of it (even-odd rule). */
export function paintPolygons(
  polygons: readonly (readonly number[])[],
  { widthPx, heightPx }: ImageShape,
): Mask {
  const data = new Uint8Array(widthPx * heightPx);
  for (const polygon of polygons) {
    for (let y = 0; y < heightPx; y++) {
      const crossings = crossingsAt(polygon, y + 0.5);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
        const to = Math.min(widthPx, Math.ceil(crossings[i + 1] - 0.5));
        if (from < to) data.fill(1, y * widthPx + from, y * widthPx + to);
      }
    }
  }
  return { data, widthPx, heightPx };
}

/** Where the outline crosses a line of pixel centers, from left to right. */
function crossingsAt(polygon: readonly number[], y: number): number[] {
  const crossings: number[] = [];
  for (let i = 0; i < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    const [x0, y0, x1, y1] = [polygon[i], polygon[i + 1], polygon[next], polygon[next + 1]];
    if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  }
  return crossings.sort((a, b) => a - b);
}
