/** Sorted values and their gradient. @module */
import * as tf from '@tensorflow/tfjs';

/**
 * Sorts along the last axis, in descending order. TF.js's `topk` has no gradient; this one returns each slope to the place
 * that its value came from.
 * @param x `[..., n]`
 */
export function sorted<T extends tf.Tensor>(x: T): T {
  const { shape } = x;
  const size = shape[shape.length - 1];
  const rows = x.size / size;
  const sort = tf.customGrad((input, save) => {
    const { values, indices } = tf.topk(tf.reshape(input as tf.Tensor, [rows, size]), size);
    const firsts = tf.tensor2d(
      Int32Array.from({ length: rows }, (_, row) => row * size),
      [rows, 1],
      'int32',
    );
    const places = tf.reshape(tf.add(tf.cast(indices, 'int32'), firsts), [x.size, 1]);
    (save as (tensors: tf.Tensor[]) => void)([places]);
    return {
      value: tf.reshape(values, shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.reshape(tf.scatterND(tf.cast(saved[0], 'int32'), tf.reshape(dy, [x.size]), [x.size]), shape),
    };
  });
  return sort(x) as T;
}

/**
 * Sorted values as if there were another number of them: the quantiles at the middles of `count` equal shares, interpolated.
 * @param x `[..., n]`, sorted
 * @returns `[..., count]`
 */
export function resampled(x: tf.Tensor, count: number): tf.Tensor {
  const axis = x.shape.length - 1;
  const size = x.shape[axis];
  if (size === count) return x;
  const at = Float32Array.from({ length: count }, (_, i) =>
    Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / count - 0.5)),
  );
  const pick = (index: (place: number) => number) =>
    tf.gather(x, tf.tensor1d(Int32Array.from(at, index), 'int32'), axis);
  const low = pick(Math.floor);
  const high = pick((place) => Math.min(size - 1, Math.floor(place) + 1));
  const share = tf.tensor1d(at.map((place) => place - Math.floor(place)));
  return tf.add(low, tf.mul(tf.sub(high, low), share));
}
