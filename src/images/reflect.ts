/** Padding images by reflection, and cropping them back. @module */
import type { HostTensor, Shape } from '../engine/engine.js';

/**
 * The image in the middle of a larger one, continued by reflection. As far as they differ, the extra pixels are divided
 * evenly, the odd one after the image.
 * @param image `[1, height, width, channels]`
 * @param shape of the result, `[1, height, width, channels]`, no smaller
 */
export function padByReflection(image: HostTensor, shape: Shape): HostTensor {
  if (image.shape.join() === shape.join()) return image;
  const [, height, width, channels] = image.shape;
  const [, newHeight, newWidth] = shape;
  const [rows, columns] = [reflected(height, newHeight), reflected(width, newWidth)];
  const data = new Float32Array(newHeight * newWidth * channels);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const [source, target] = [(row * width + column) * channels, (y * newWidth + x) * channels];
      for (let c = 0; c < channels; c++) data[target + c] = image.data[source + c];
    }
  }
  return { data, shape: [1, newHeight, newWidth, channels] };
}

/**
 * The middle of an image: what {@link padByReflection} put there.
 * @param shape of the result, `[1, height, width, channels]`, no larger
 */
export function cropToMiddle(image: HostTensor, shape: Shape): HostTensor {
  if (image.shape.join() === shape.join()) return image;
  const [, oldHeight, oldWidth, channels] = image.shape;
  const [, height, width] = shape;
  const [top, left] = [before(height, oldHeight), before(width, oldWidth)];
  const data = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * oldWidth + left) * channels;
    data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return { data, shape: [1, height, width, channels] };
}

const before = (length: number, padded: number): number => Math.floor((padded - length) / 2);

/** For each position of the padded axis, the position that it repeats: `b a | a b c | c b`. */
function reflected(length: number, padded: number): number[] {
  const first = before(length, padded);
  return Array.from({ length: padded }, (_, i) => {
    const position = (((i - first) % (2 * length)) + 2 * length) % (2 * length);
    return position < length ? position : 2 * length - 1 - position;
  });
}
