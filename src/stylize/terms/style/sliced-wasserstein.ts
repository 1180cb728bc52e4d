/**
 * The style loss `slicedWasserstein`: features are projected onto random directions and sorted, and sorted values are
 * compared (Heitz et al. 2021, eq. 5-6). Means are compared apart, in all directions: the expected value is the same, and it
 * varies less with the directions drawn.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { resampled, sorted } from '../shared/sorting.js';
import { itemMean, meanOf, smallestScale } from '../shared/statistics.js';

/** @param directions `[batch, channels, directions]`, of any length but zero */
function projected(features: tf.Tensor3D, directions: tf.Tensor3D): tf.Tensor3D {
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(directions), 1, true), 1e-12));
  const units = tf.div(directions, lengths) as tf.Tensor3D;
  return sorted(tf.matMul(units, features, true, true));
}

function centered(features: tf.Tensor3D): { mean: tf.Tensor3D; features: tf.Tensor3D } {
  const mean = meanOf(features);
  return { mean, features: tf.sub(features, mean) };
}

export const slicedWasserstein = lossWith(
  {
    places: placesParameter(4096, 65_536),
    directions: {
      kind: 'count',
      default: 128,
      min: 1,
      max: 1024,
      describe: 'Number of random directions for each layer; at most its channels are used',
    },
  },
  (place, { places, directions }) =>
    perLayer(place, {
      stepInputs: ([, height, width, channels]) => ({
        ...shiftInput([height, width], places, place.region),
        directions: { shape: [channels, Math.min(channels, directions)], kind: 'normal' },
      }),
      target: (layer, region) => centered(sampled(layer, places, place.region, { region })),
      compare(layer, target, { drawn }) {
        const along = drawn.directions as tf.Tensor3D;
        const { mean, features } = centered(sampled(layer, places, place.region, { drawn }));
        const values = projected(features, along);
        const wanted = resampled(projected(target.features, along), values.shape[2]);
        return tf.add(
          itemMean(tf.squaredDifference(mean, target.mean)),
          itemMean(tf.squaredDifference(values, wanted)),
        ) as tf.Tensor1D;
      },
      // The expected square of a projection onto a unit vector is the mean square of the channels.
      scale: ({ mean, features }) =>
        tf.maximum(
          tf.add(itemMean(tf.square(mean)), itemMean(tf.square(features))),
          smallestScale.linear,
        ) as tf.Tensor1D,
    }),
);
