/** Total variation: how much neighboring pixels differ. @module */
import * as tf from '@tensorflow/tfjs';

/** A flat image has none; the scale is bounded so that its noise is not punished without end. */
const smallestScale = 1e-4;

/**
 * Mean squared difference of horizontal and vertical neighbors (the squared form of Mahendran & Vedaldi 2015).
 * @param image `[batch, height, width, 3]`
 * @returns `[batch]`
 */
export function totalVariation(image: tf.Tensor4D): tf.Tensor1D {
  const [batch, height, width, channels] = image.shape;
  const down = tf.squaredDifference(
    tf.slice(image, [0, 1, 0, 0], [batch, height - 1, width, channels]),
    tf.slice(image, [0, 0, 0, 0], [batch, height - 1, width, channels]),
  );
  const right = tf.squaredDifference(
    tf.slice(image, [0, 0, 1, 0], [batch, height, width - 1, channels]),
    tf.slice(image, [0, 0, 0, 0], [batch, height, width - 1, channels]),
  );
  return tf.add(tf.mean(down, [1, 2, 3]), tf.mean(right, [1, 2, 3]));
}

/** What an image's total variation is divided by: that of the content image. `[batch]` */
export function totalVariationScale(content: tf.Tensor4D): tf.Tensor1D {
  return tf.maximum(totalVariation(content), smallestScale);
}
