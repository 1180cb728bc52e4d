/** Statistics of features over positions. Features are `[batch, positions, channels]`. @module */
import * as tf from '@tensorflow/tfjs';

/**
 * Lower bounds on what losses are divided by, for statistics that are linear and quadratic in the features. Those of a flat
 * image are near zero, and a smaller divisor would amplify noise.
 */
export const smallestScale = { linear: 1e-2, quadratic: 1e-4 } as const;

/** Features of a layer `[batch, height, width, channels]` as `[batch, positions, channels]`. */
export function columnsOf(layer: tf.Tensor4D): tf.Tensor3D {
  const [batch, height, width, channels] = layer.shape;
  return tf.reshape(layer, [batch, height * width, channels]);
}

/** The mean of each channel: `[batch, 1, channels]`. */
export const meanOf = (features: tf.Tensor3D): tf.Tensor3D => tf.mean(features, 1, true);

/** Means of products of channels, `F^T F / positions`: `[batch, channels, channels]`. */
export function secondMoments(features: tf.Tensor3D): tf.Tensor3D {
  return tf.div(tf.matMul(features, features, true, false), features.shape[1]);
}

/** The mean of each channel and the covariance of the channels. */
export function gaussianOf(features: tf.Tensor3D): { mean: tf.Tensor3D; covariance: tf.Tensor3D } {
  const mean = meanOf(features);
  return { mean, covariance: secondMoments(tf.sub(features, mean)) };
}

/** The mean over all axes but the first: `[batch]`. */
export const itemMean = (x: tf.Tensor): tf.Tensor1D => tf.mean(x, axesOfItem(x));
/** The sum over all axes but the first: `[batch]`. */
export const itemSum = (x: tf.Tensor): tf.Tensor1D => tf.sum(x, axesOfItem(x));

const axesOfItem = ({ shape }: tf.Tensor): number[] => shape.slice(1).map((_, axis) => axis + 1);
