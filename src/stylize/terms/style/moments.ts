/**
 * The style loss `moments`: mean squared difference of the channels' means and standard deviations, the statistics of
 * batch normalization (Li et al. 2017, "Demystifying Neural Style Transfer", eq. 18).
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import type { RegionView } from '../shared/region.js';
import { columnsOf, itemMean, meanOf, smallestScale } from '../shared/statistics.js';

/** Added to variances, because the square root has no finite slope at zero. */
const smallestVariance = 1e-6;

/** Means and standard deviations of the channels, `[batch, 1, channels]` each. */
export function momentsOf(
  layer: tf.Tensor4D,
  region?: RegionView,
): { mean: tf.Tensor3D; deviation: tf.Tensor3D } {
  const features = columnsOf(layer);
  const mean = meanOf(features, region);
  // Two passes less over all features than the mean of squared differences, backward pass included.
  const variance = tf.relu(tf.sub(meanOf(tf.square(features), region), tf.square(mean)));
  return { mean, deviation: tf.sqrt(tf.add(variance, smallestVariance)) };
}

export const moments = plainLoss((place) =>
  perLayer(place, {
    target: momentsOf,
    compare(layer, target, { region }) {
      const { mean, deviation } = momentsOf(layer, region);
      return itemMean(
        tf.add(tf.squaredDifference(mean, target.mean), tf.squaredDifference(deviation, target.deviation)),
      );
    },
    scale: ({ mean, deviation }) =>
      tf.maximum(
        itemMean(tf.add(tf.square(mean), tf.square(deviation))),
        smallestScale.linear,
      ) as tf.Tensor1D,
  }),
);
