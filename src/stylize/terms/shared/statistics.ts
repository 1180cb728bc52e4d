/** Statistics of features over positions. Features are `[batch, positions, channels]`. @module */
import * as tf from '@tensorflow/tfjs';
import type { RegionView } from './region.js';

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

/** The mean of each channel, in a region or everywhere: `[batch, 1, channels]`. */
export const meanOf = (features: tf.Tensor3D, region?: RegionView): tf.Tensor3D =>
  tf.mean(region ? tf.mul(features, region.weights) : features, 1, true);

/** Means of products of channels, `F^T F / positions`: `[batch, channels, channels]`. */
export function secondMoments(features: tf.Tensor3D, region?: RegionView): tf.Tensor3D {
  const weighted = region ? (tf.mul(features, tf.sqrt(region.weights)) as tf.Tensor3D) : features;
  return tf.div(tf.matMul(weighted, weighted, true, false), features.shape[1]);
}

/** The mean of each channel and the covariance of the channels. */
export function gaussianOf(
  features: tf.Tensor3D,
  region?: RegionView,
): { mean: tf.Tensor3D; covariance: tf.Tensor3D } {
  const mean = meanOf(features, region);
  return { mean, covariance: secondMoments(tf.sub(features, mean), region) };
}

/** The mean over all axes but the first: `[batch]`. */
export const itemMean = (x: tf.Tensor): tf.Tensor1D => tf.mean(x, axesOfItem(x));
/** The sum over all axes but the first: `[batch]`. */
export const itemSum = (x: tf.Tensor): tf.Tensor1D => tf.sum(x, axesOfItem(x));

const axesOfItem = ({ shape }: tf.Tensor): number[] => shape.slice(1).map((_, axis) => axis + 1);
