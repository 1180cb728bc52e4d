/** Dead leaves: images with the statistics of natural images, generated from a seed. @module */
import { drawNumber, keyOfSeed, uniform } from '../../random.js';

const draws = ['radius', 'x', 'y', 'brightness', 'red', 'green', 'blue'].map((name) =>
  drawNumber(`leaf.${name}`),
);

/**
 * Draws opaque colored discs that occlude each other, with radii distributed as r^-3 (Lee, Mumford & Huang 2001). The
 * result has edges and a power spectrum like a photograph.
 * @returns RGB in [0, 1], `[size, size, 3]` row-major
 */
export function deadLeaves(seed: number, sizePx: number): Float32Array {
  const image = new Float32Array(sizePx * sizePx * 3).fill(0.5);
  const key = keyOfSeed(seed);
  const leaves = 1200;
  const smallestPx = 1.5;
  const largestPx = sizePx / 2;
  for (let leaf = 0; leaf < leaves; leaf++) {
    const [area, across, down, brightness, ...tint] = draws.map((draw) => uniform(key, draw, leaf));
    // Inverse of the cumulative distribution of r^-3 between the two bounds.
    const radius = 1 / Math.sqrt(1 / smallestPx ** 2 - area * (1 / smallestPx ** 2 - 1 / largestPx ** 2));
    const [x, y] = [across * sizePx, down * sizePx];
    const color = tint.map((shift) => Math.min(1, Math.max(0, brightness + 0.5 * (shift - 0.5))));
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(sizePx, y + radius); row++) {
      for (let column = Math.max(0, Math.ceil(x - radius)); column < Math.min(sizePx, x + radius); column++) {
        if ((row - y) ** 2 + (column - x) ** 2 <= radius ** 2) image.set(color, (row * sizePx + column) * 3);
      }
    }
  }
  return image;
}
