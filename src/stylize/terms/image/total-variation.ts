/** Total variation: measures how much neighboring pixels differ. @module */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { pixels } from '../term.js';

/** The total variation of a typical photograph at 256 px, so that a weight means the same for smooth and rough images. */
const typicalVariation = 0.01;

/**
 * Mean squared difference of horizontal and vertical neighbors (the squared form of Mahendran & Vedaldi 2015).
 * @param image `[batch, height, width, 3]`
 * @returns `[batch]`
 */
export function neighborDifference(image: tf.Tensor4D): tf.Tensor1D {
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

/** The total variation of the image, relative to that of a typical photograph. */
export const totalVariation = plainLoss(({ role }) => ({
  layers: [pixels],
  sources: [role],
  parts: [pixels],
  target: (_, features) => ({
    values: {},
    scales: { [pixels]: tf.fill([features[pixels].shape[0]], typicalVariation) },
  }),
  value: (features) => ({ [pixels]: neighborDifference(features[pixels]) }),
}));
