/** Resizing arrays of floats. @module */
import type { HostTensor, Shape } from '../engine/engine.js';

/**
 * An image at another size, by linear interpolation; with a wider filter where it becomes smaller, so that nothing aliases.
 * Values stay in the range of the input.
 * @param image `[1, height, width, channels]`
 * @param shape of the result, `[1, height, width, channels]`
 */
export function resizeTensor(image: HostTensor, shape: Shape): HostTensor {
  const [, height, width, channels] = image.shape;
  const [, newHeight, newWidth] = shape;
  const [rows, columns] = [filters(height, newHeight), filters(width, newWidth)];
  const across = new Float32Array(height * newWidth * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      for (const { from, weight } of columns[x]) {
        const [source, target] = [(y * width + from) * channels, (y * newWidth + x) * channels];
        for (let c = 0; c < channels; c++) across[target + c] += weight * image.data[source + c];
      }
    }
  }
  const data = new Float32Array(newHeight * newWidth * channels);
  const rowLength = newWidth * channels;
  for (let y = 0; y < newHeight; y++) {
    for (const { from, weight } of rows[y]) {
      for (let i = 0; i < rowLength; i++) data[y * rowLength + i] += weight * across[from * rowLength + i];
    }
  }
  return { data, shape: [1, newHeight, newWidth, channels] };
}

interface Tap {
  readonly from: number;
  readonly weight: number;
}

/** For each new position, the old ones it is a mean of: a triangle around the same place, as wide as a new pixel or more. */
function filters(length: number, newLength: number): Tap[][] {
  const scale = length / newLength;
  const radius = Math.max(1, scale);
  return Array.from({ length: newLength }, (_, index) => {
    const center = (index + 0.5) * scale - 0.5;
    const taps: Tap[] = [];
    for (let from = Math.ceil(center - radius); from <= Math.floor(center + radius); from++) {
      const weight = 1 - Math.abs(from - center) / radius;
      if (weight > 0) taps.push({ from: Math.min(Math.max(from, 0), length - 1), weight });
    }
    const sum = taps.reduce((total, { weight }) => total + weight, 0);
    return taps.map(({ from, weight }) => ({ from, weight: weight / sum }));
  });
}
