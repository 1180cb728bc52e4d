/**
 * The style loss `covariance`: mean squared difference of the channels' covariances and, with an equal share, of their
 * means. The second moments that STROTSS compares (Kolkin et al. 2019, eq. 7), with squares in place of absolute values.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import { columnsOf, gaussianOf, itemMean, smallestScale } from '../shared/statistics.js';

const sizeOf = (covariance: tf.Tensor): tf.Tensor1D =>
  tf.maximum(itemMean(tf.square(covariance)), smallestScale.quadratic);

export const covariance = plainLoss((place) =>
  perLayer(place, {
    target(layer, region) {
      const { mean, covariance } = gaussianOf(columnsOf(layer), region);
      // Covariances are quadratic in the features and means are linear: brings both to the same size.
      const size = tf.maximum(itemMean(tf.square(mean)), smallestScale.linear);
      return { mean, covariance, ratio: tf.div(sizeOf(covariance), size) };
    },
    compare(layer, target, { region }) {
      const { mean, covariance } = gaussianOf(columnsOf(layer), region);
      const means = itemMean(tf.squaredDifference(mean, target.mean));
      return tf.add(
        itemMean(tf.squaredDifference(covariance, target.covariance)),
        tf.mul(target.ratio, means),
      ) as tf.Tensor1D;
    },
    scale: (target) => tf.mul(sizeOf(target.covariance), 2),
  }),
);
