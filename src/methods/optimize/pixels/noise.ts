/** The noise that an optimization can start from. @module */
import type { Shape } from '../../../engine/engine.js';
import { sizeOf } from '../../../engine/shape.js';
import { drawNumber, keyOfSeed, normals } from '../../../random.js';

/** Around mid-gray, with few values outside of [0, 1]. */
const mean = 0.5;
const deviation = 0.1;
/**
 * Binomial weights, which blur the noise with a deviation of about 1.4 pixels. Pooling hides single-pixel noise from the
 * objective: an optimization would leave it in the image as a checkerboard.
 */
const filter = [1, 8, 28, 56, 70, 56, 28, 8, 1].map((weight) => weight / 256);
/** The variance of white noise after blurring along one axis. */
const keptVariance = filter.reduce((sum, weight) => sum + weight ** 2, 0);

/**
 * Blurred normal noise with a mean of 0.5 and a deviation of 0.1. It wraps around at the borders.
 * @param shape `[1, height, width, 3]`
 * @returns the values in this shape
 */
export function smoothNoise(shape: Shape, seed: number): Float32Array {
  const [, height, width, channels] = shape;
  const white = normals(keyOfSeed(seed), drawNumber('noise'), sizeOf(shape));
  const blurred = blurredAlong(blurredAlong(white, { count: width, stride: channels }), {
    count: height,
    stride: channels * width,
  });
  return blurred.map((z) => mean + (deviation * z) / keptVariance);
}

/** Blurs along an axis. @param axis its length, and the distance of neighbors in the array */
function blurredAlong(
  data: Float32Array,
  { count, stride }: { count: number; stride: number },
): Float32Array {
  const reach = (filter.length - 1) / 2;
  return data.map((_, i) => {
    const position = Math.floor(i / stride) % count;
    const first = i - position * stride;
    return filter.reduce((sum, weight, k) => {
      const neighbor = (position + k - reach + count) % count;
      return sum + weight * data[first + neighbor * stride];
    }, 0);
  });
}
