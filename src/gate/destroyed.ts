/** Pictures without their content: what the probe learns to call nothing. @module */
import type { HostTensor } from '../engine/engine.js';
import { resizeTensor } from '../images/resize.js';
import { type Key, random32 } from '../random.js';

/** Tiles along each edge of a shuffled picture. */
const tiles = 6;
/** Pixels along each edge of a smeared picture. */
const smearedPx = 3;

export type DestroyedKind = 'shuffled' | 'smeared';

/**
 * A picture of which nothing can be recognized: its tiles in random order, which keeps colors and textures, or smeared, which
 * keeps neither.
 * @param image `[1, height, width, 3]`
 * @param key decides which, and the order
 */
export function destroyed(image: HostTensor, key: Key): { image: HostTensor; kind: DestroyedKind } {
  const { shape } = image;
  if (random32(key, 1, 0) % 3 === 0) {
    const smeared = resizeTensor(resizeTensor(image, [1, smearedPx, smearedPx, shape[3]]), shape);
    return { image: smeared, kind: 'smeared' };
  }
  const order = Array.from({ length: tiles ** 2 }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random32(key, 2, i) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return { image: shuffled(image, order), kind: 'shuffled' };
}

function shuffled({ data, shape }: HostTensor, order: readonly number[]): HostTensor {
  const [, height, width, channels] = shape;
  const [rows, columns] = [Math.floor(height / tiles), Math.floor(width / tiles)];
  const mixed = Float32Array.from(data);
  for (const [to, from] of order.entries()) {
    for (let y = 0; y < rows; y++) {
      const place = (tile: number) =>
        ((Math.floor(tile / tiles) * rows + y) * width + (tile % tiles) * columns) * channels;
      mixed.set(data.subarray(place(from), place(from) + columns * channels), place(to));
    }
  }
  return { data: mixed, shape };
}
