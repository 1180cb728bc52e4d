/** Batch normalization (Ioffe & Szegedy 2015) as pure TF.js. @module */
import * as tf from '@tensorflow/tfjs';

/** Scale and offset are learned, mean and variance are running averages: buffers. All are `[channels]`. */
export interface BatchStatistics {
  readonly scale: tf.Tensor;
  readonly offset: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

export interface NormalizationOptions {
  /** How much of the running averages stays in each step, in [0, 1). Default 0.9. */
  readonly decay?: number;
  /** Added to variances. Default 1e-5. */
  readonly epsilon?: number;
}

/** Normalizes with running averages, as after training. @param x `[..., channels]` */
export function normalizedByAverages(
  x: tf.Tensor,
  { scale, offset, mean, variance }: BatchStatistics,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): tf.Tensor {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, factor), tf.sub(offset, tf.mul(mean, factor)));
}

/**
 * Normalizes with the mean and variance of the batch over all axes but the last, as in training.
 * @param x `[..., channels]`
 * @returns the normalized batch, and the running averages after it
 */
export function normalizedByBatch(
  x: tf.Tensor,
  statistics: BatchStatistics,
  options: NormalizationOptions = {},
): { y: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor } {
  const { decay = 0.9 } = options;
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes);
  const count = x.size / mean.size;
  const averaged = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, decay), tf.mul(now, 1 - decay));
  return {
    y: normalizedByAverages(x, { ...statistics, mean, variance }, options),
    mean: averaged(statistics.mean, mean),
    // The variance of a sample is smaller than that of the population.
    variance: averaged(statistics.variance, tf.mul(variance, count / Math.max(1, count - 1))),
  };
}
