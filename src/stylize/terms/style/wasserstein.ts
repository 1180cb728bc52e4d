/**
 * The style loss `wasserstein`: the squared 2-Wasserstein distance of the Gaussians that have the features' means and
 * covariances, `|m - m'|^2 + tr(C + C' - 2 (C'^1/2 C C'^1/2)^1/2)` (Dowson & Landau 1982), divided by the channels. Both
 * covariances get a ridge added to their diagonals, so that roots and slopes are finite: a hundredth of the style's mean
 * variance, or more where a few places span few of many channels, as in small images.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import { identityMatrix, polarFactors, squareRoots, trace } from '../shared/square-root.js';
import { columnsOf, gaussianOf, itemSum, smallestScale } from '../shared/statistics.js';

/** Share of the style's mean variance. */
const ridgeShare = 1e-2;
/**
 * Share of the norm of the style's covariance. With less, products of two roots have singular values below those that
 * `polarFactors` brings to 1.
 */
const normShare = 1e-4;
/** Lower bound on the ridge, for flat images. */
const smallestRidge = 1e-6;

function withRidge(covariance: tf.Tensor3D, ridge: tf.Tensor): tf.Tensor3D {
  const [batch, channels] = covariance.shape;
  return tf.add(
    covariance,
    tf.mul(identityMatrix(channels), tf.reshape(ridge, [batch, 1, 1])) as tf.Tensor3D,
  );
}

/**
 * The trace of `(R C R)^1/2`. With `S S = C` it is the sum of the singular values of `S R`: the root of `R C R` itself would
 * take the square of their range, and 32 bits do not hold that of features that span a few of many channels. With the polar
 * decomposition `S R = U H`, the slope with respect to C is `S^-1 U R / 2`.
 * @param root R, `[batch, n, n]`, symmetric
 * @param covariance C
 */
function traceOfRoot(root: tf.Tensor3D, covariance: tf.Tensor3D): tf.Tensor1D {
  const fn = tf.customGrad((given, save) => {
    const roots = squareRoots(given as tf.Tensor3D);
    const product = tf.matMul(roots.root, root) as tf.Tensor3D;
    const factor = polarFactors(product);
    const slope = tf.div(tf.matMul(tf.matMul(roots.inverse, factor), root), 2);
    (save as (tensors: tf.Tensor[]) => void)([slope]);
    return {
      value: itemSum(tf.mul(product, factor)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.mul(saved[0], tf.reshape(dy, [covariance.shape[0], 1, 1])),
    };
  });
  return fn(covariance) as tf.Tensor1D;
}

export const wasserstein = plainLoss((place) =>
  perLayer(place, {
    target(layer, region) {
      const { mean, covariance } = gaussianOf(columnsOf(layer), region);
      const variance = tf.div(trace(covariance), covariance.shape[1]);
      const norm = tf.sqrt(tf.sum(tf.square(covariance), [1, 2]));
      const ridge = tf.maximum(
        tf.maximum(tf.mul(variance, ridgeShare), tf.mul(norm, normShare)),
        smallestRidge,
      );
      const whole = withRidge(covariance, ridge);
      return { mean, root: squareRoots(whole).root, trace: trace(whole), ridge };
    },
    compare(layer, target, { region }) {
      const { mean, covariance } = gaussianOf(columnsOf(layer), region);
      const whole = withRidge(covariance, target.ridge);
      const root = target.root as tf.Tensor3D;
      const spread = tf.sub(tf.add(trace(whole), target.trace), tf.mul(traceOfRoot(root, whole), 2));
      const shift = itemSum(tf.squaredDifference(mean, target.mean));
      return tf.div(tf.add(shift, spread), covariance.shape[1]) as tf.Tensor1D;
    },
    scale: (target) =>
      tf.maximum(
        tf.div(tf.add(itemSum(tf.square(target.mean)), target.trace), target.mean.shape[2] ?? 1),
        smallestScale.linear,
      ) as tf.Tensor1D,
  }),
);
