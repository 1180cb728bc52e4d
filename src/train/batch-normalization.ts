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

const batchAxes = (x: tf.Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

/** The deviations from the mean of the batch, `[..., channels]`, and the rest `[channels]`. */
function deviationsOf(x: tf.Tensor, epsilon: number) {
  const axes = batchAxes(x);
  const mean = tf.mean(x, axes);
  const centered = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centered), axes);
  return { mean, centered, variance, inverse: tf.rsqrt(tf.add(variance, epsilon)) };
}

/**
 * Normalizes with the batch's own statistics. Its gradient is that of Ioffe & Szegedy, section 3, in the form that reads
 * the batch least often; it can be differentiated again.
 */
const normalized = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): tf.Tensor =>
  tf.customGrad((...given) => {
    const [input, factor, shift, save] = given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, factor]);
    const { centered, inverse } = deviationsOf(input, epsilon);
    return {
      value: tf.add(tf.mul(centered, tf.mul(factor, inverse)), shift),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved[0], saved[1], epsilon),
    };
  })(x, scale, offset);

function gradients(dy: tf.Tensor, x: tf.Tensor, scale: tf.Tensor, epsilon: number): tf.Tensor[] {
  const axes = batchAxes(x);
  const count = x.size / scale.size;
  const { centered, inverse } = deviationsOf(x, epsilon);
  const total = tf.sum(dy, axes);
  const projected = tf.mul(tf.sum(tf.mul(dy, centered), axes), inverse);
  const factor = tf.mul(scale, inverse);
  const along = tf.mul(tf.mul(projected, inverse), tf.div(factor, count));
  const dx = tf.sub(
    tf.mul(dy, factor),
    tf.add(tf.mul(centered, along), tf.mul(total, tf.div(factor, count))),
  );
  return [dx, projected, total];
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
  const { decay = 0.9, epsilon = 1e-5 } = options;
  const { scale, offset } = statistics;
  const { mean, variance } = deviationsOf(x, epsilon);
  const count = x.size / mean.size;
  const averaged = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, decay), tf.mul(now, 1 - decay));
  return {
    y: normalized(x, scale, offset, epsilon),
    mean: averaged(statistics.mean, mean),
    // The variance of a sample is smaller than that of the population.
    variance: averaged(statistics.variance, tf.mul(variance, count / Math.max(1, count - 1))),
  };
}
