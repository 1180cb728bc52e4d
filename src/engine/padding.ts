/** Padding whose gradient is right and can be differentiated again. @module */
import * as tf from '@tensorflow/tfjs';

/**
 * The image with its border pixels repeated once. TF.js's own gradient of this padding is wrong; this one can be
 * differentiated again.
 */
export const replicated = tf.customGrad((...given) => ({
  value: tf.mirrorPad(
    given[0] as tf.Tensor4D,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    'symmetric',
  ),
  gradFunc: (dy: tf.Tensor) => folded(folded(dy as tf.Tensor4D, 1), 2),
})) as (image: tf.Tensor4D) => tf.Tensor4D;

/** Adds the first and the last slice along an axis to their neighbors. */
function folded(image: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const size = image.shape[axis];
  const from = (start: number, count: number) =>
    tf.slice(image, [0, 0, 0, 0].with(axis, start), [-1, -1, -1, -1].with(axis, count));
  const [before, after] = [from(0, 1), from(size - 1, 1)];
  if (size === 3) return tf.addN([before, from(1, 1), after]) as tf.Tensor4D;
  const inner = size > 4 ? [from(2, size - 4)] : [];
  return tf.concat(
    [tf.add(before, from(1, 1)), ...inner, tf.add(from(size - 2, 1), after)],
    axis,
  ) as tf.Tensor4D;
}
