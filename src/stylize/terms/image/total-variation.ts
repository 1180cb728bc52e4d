/** Total variation: measures how much neighboring pixels differ. @module */
import * as tf from '@tensorflow/tfjs';
import { replicated } from '../../../engine/padding.js';
import { plainLoss } from '../parameters.js';
import { pixels } from '../term.js';

/** The total variation of a typical photograph at 256 px, so that a weight means the same for smooth and rough images. */
const typicalVariation = 0.01;

/**
 * Mean squared difference of horizontal and vertical neighbors (the squared form of Mahendran & Vedaldi 2015). It is the
 * quadratic form x K(x) of the discrete Laplacian K, and 2 K(x) is its gradient: one small convolution yields both.
 * @param image `[batch, height, width, 3]`
 * @returns `[batch]`
 */
export function neighborDifference(image: tf.Tensor4D): tf.Tensor1D {
  return difference(image) as tf.Tensor1D;
}

const difference = tf.customGrad((...given) => {
  const [image, save] = given as unknown as [tf.Tensor4D, tf.GradSaveFunc];
  // A constant offset changes no difference. This one makes the value of a flat image exactly zero.
  const offset = tf.sub(image, tf.slice(image, [0, 0, 0, 0], [-1, 1, 1, -1])) as tf.Tensor4D;
  const bent = laplacian(offset);
  save([bent]);
  return {
    value: tf.sum(tf.mul(offset, bent), [1, 2, 3]),
    gradFunc: (dy, [saved]) => tf.mul(tf.mul(saved, 2), tf.reshape(dy as tf.Tensor, [-1, 1, 1, 1])),
  };
});

/** For each pixel, the sum of its differences to its neighbors over the numbers of vertical and horizontal pairs. */
function laplacian(image: tf.Tensor4D): tf.Tensor4D {
  const [, height, width, channels] = image.shape;
  const down = 1 / ((height - 1) * width * channels);
  const right = 1 / (height * (width - 1) * channels);
  const stencil = [
    [0, -down, 0],
    [-right, 2 * (down + right), -right],
    [0, -down, 0],
  ];
  // One filter for each channel: a depthwise convolution.
  const filter = stencil.map((row) => row.map((value) => Array.from({ length: channels }, () => [value])));
  return tf.depthwiseConv2d(replicated(image), tf.tensor4d(filter), 1, 'valid');
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
