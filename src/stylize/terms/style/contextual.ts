/**
 * The style loss `contextual`: for every feature of the style there should be one of the image that is much more similar to
 * it than to all others (Mechrez et al. 2018, eq. 2-5). Cosine distances, relative to the style's mean.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { cosineDistances, largest, smallest } from '../shared/matching.js';
import { perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { meanOf } from '../shared/statistics.js';

/** Added to the smallest distance before dividing by it. */
const smallestDistance = 1e-5;

export const contextual = lossWith(
  {
    bandwidth: {
      kind: 'number',
      default: 0.5,
      min: 0.05,
      max: 10,
      describe: 'Smaller: only the most similar feature counts',
    },
    places: placesParameter(1024),
  },
  (place, { places }) =>
    perLayer(
      place,
      {
        stepInputs: ([, height, width]) => shiftInput([height, width], places, place.region),
        target(layer, region) {
          const features = sampled(layer, places, place.region, { region });
          const mean = meanOf(features);
          return { mean, relative: tf.sub(features, mean) };
        },
        compare(layer, target, { drawn, numbers: { bandwidth } }) {
          const features = tf.sub(
            sampled(layer, places, place.region, { drawn }),
            target.mean,
          ) as tf.Tensor3D;
          const distances = tf.relu(cosineDistances(features, target.relative as tf.Tensor3D));
          const nearest = tf.add(smallest(distances, 2), smallestDistance);
          const relative = tf.sub(1, tf.div(distances, nearest));
          // The softmax over the style's features is the normalized similarity.
          const similarity = tf.softmax(tf.div(relative, tf.reshape(bandwidth, [-1, 1, 1])));
          return tf.neg(tf.log(tf.mean(largest(similarity as tf.Tensor3D, 1), [1, 2]))) as tf.Tensor1D;
        },
      },
      { numbers: ['bandwidth'], gain: 0.3 },
    ),
);
