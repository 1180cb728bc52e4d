/** Moves the pixels of images and masks along an affine map. @module */

import type { Mask } from '../mask.js';
import type { Pixels } from '../pixels.js';
import { type Affine, apply, inverse } from './affine.js';

/**
 * The image whose pixels come from where the map says: bicubic (Catmull & Rom 1974), mirrored beyond the border, with means of
 * several samples where the image becomes smaller. A mirror image is exact. The map is in pixels from the left and the
 * top edge, so it moves annotations by exactly as much; sharp's own affine transform rounds its output to whole pixels.
 */
export function warp({ data, widthPx, heightPx }: Pixels, map: Affine): Pixels {
  const back = inverse(map);
  const samples = samplesOf(back);
  const warped = new Uint8Array(data.length);
  const sum = new Float64Array(3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      sum.fill(0);
      for (let j = 0; j < samples; j++) {
        for (let i = 0; i < samples; i++) {
          const [u, v] = apply(back, x + (i + 0.5) / samples, y + (j + 0.5) / samples);
          addSample(sum, data, widthPx, heightPx, u - 0.5, v - 0.5);
        }
      }
      for (let c = 0; c < 3; c++) {
        const value = Math.round(sum[c] / samples ** 2);
        warped[(y * widthPx + x) * 3 + c] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
  return { data: warped, widthPx, heightPx };
}

/** The mask, moved to the nearest pixels. */
export function warpMask({ key, colors, indexes, width, height }: Mask, map: Affine): Mask {
  const back = inverse(map);
  const moved = new Uint8Array(indexes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = apply(back, x + 0.5, y + 0.5).map(Math.floor);
      moved[y * width + x] = indexes[mirrored(v, height) * width + mirrored(u, width)];
    }
  }
  return { key: `${key};${Object.values(map).join()}`, colors, indexes: moved, width, height };
}

const mostSamples = 4;

/** Samples along each edge of a pixel: as many as pixels of the source that it covers. */
function samplesOf({ xx, xy, yx, yy }: Affine): number {
  const stretch = Math.max(Math.hypot(xx, yx), Math.hypot(xy, yy));
  return Math.min(mostSamples, Math.max(1, Math.ceil(stretch - 0.01)));
}

function addSample(
  sum: Float64Array,
  data: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [across, down] = [cubic(x - left), cubic(y - top)];
  for (let j = 0; j < 4; j++) {
    if (down[j] === 0) continue;
    const row = mirrored(top + j - 1, height) * width;
    for (let i = 0; i < 4; i++) {
      const weight = down[j] * across[i];
      if (weight === 0) continue;
      const at = (row + mirrored(left + i - 1, width)) * 3;
      for (let c = 0; c < 3; c++) sum[c] += weight * data[at + c];
    }
  }
}

/** Weights of the four pixels around a place. @param t distance from the second one, in [0, 1) */
function cubic(t: number): readonly [number, number, number, number] {
  return [
    ((2 - t) * t - 1) * t * 0.5,
    ((3 * t - 5) * t * t + 2) * 0.5,
    ((4 - 3 * t) * t + 1) * t * 0.5,
    (t - 1) * t * t * 0.5,
  ];
}

/** The index inside of the edge, mirrored at its ends. */
function mirrored(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  const period = 2 * length;
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}
