/**
 * The content loss `selfSimilarity`: places that are alike in the content stay alike, whatever their colors become (Kolkin et
 * al. 2019, eq. 3). Compares the cosine distances of all pairs of places, as shares of their sum for each place.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { cosineDistances } from '../shared/matching.js';
import { perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { itemSum } from '../shared/statistics.js';

/** Lower bound on the mean distance, for flat images. */
const smallestMean = 1e-3;

/** Distances between places divided by their sum over the first: `[batch, places, places]`. */
function relativeDistances(features: tf.Tensor3D): tf.Tensor3D {
  const distances = cosineDistances(features, features);
  const sums = tf.add(tf.sum(distances, 1, true), smallestMean * features.shape[1]);
  return tf.div(distances, sums);
}

export const selfSimilarity = lossWith({ places: placesParameter(1024) }, (place, { places }) =>
  perLayer(
    place,
    {
      stepInputs: ([, height, width]) => shiftInput([height, width], places),
      target: (layer) => ({ features: layer }),
      compare(layer, target, { drawn }) {
        const [now, before] = [layer, target.features as tf.Tensor4D].map((features) =>
          relativeDistances(sampled(features, places, undefined, { drawn })),
        );
        return tf.div(itemSum(tf.abs(tf.sub(now, before))), now.shape[1]) as tf.Tensor1D;
      },
    },
    { gain: 10 },
  ),
);
