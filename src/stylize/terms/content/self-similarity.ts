/**
 * The content loss `selfSimilarity`: places that are alike in the content stay alike, whatever their colors become (Kolkin et
 * al. 2019, eq. 3). Compares the cosine distances of all pairs of places, as shares of their sum for each place.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Named } from '../../../engine/engine.js';
import { lossWith } from '../parameters.js';
import { columnsParameter, hypercolumnInputs, hypercolumns, plainColumns } from '../shared/hypercolumns.js';
import { cosineDistances } from '../shared/matching.js';
import { perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { itemSum } from '../shared/statistics.js';
import { type Features, type Place, pixels, type Term } from '../term.js';

/** Lower bound on the mean distance, for flat images. */
const smallestMean = 1e-3;

/** Distances between places divided by their sum over the first: `[batch, places, places]`. */
function relativeDistances(features: tf.Tensor3D): tf.Tensor3D {
  const distances = cosineDistances(features, features);
  const sums = tf.add(tf.sum(distances, 1, true), smallestMean * features.shape[1]);
  return tf.div(distances, sums);
}

const difference = (now: tf.Tensor3D, before: tf.Tensor3D): tf.Tensor1D =>
  tf.div(itemSum(tf.abs(tf.sub(relativeDistances(now), relativeDistances(before)))), now.shape[1]);

/** Factor on relative weights: a strength then changes an image about as much as with `features`. */
const gain = 10;

/** Compares all layers and the pixels together. */
function ofPlainColumns({ role, layers }: Place, places: number): Term {
  const own = [pixels, ...layers.filter((layer) => layer !== pixels)];
  const columnsOf = (features: Features, drawn?: Named<tf.Tensor>) => {
    const read = Object.fromEntries(own.map((layer) => [layer, features[layer]]));
    return plainColumns(hypercolumns(read, places, undefined, drawn ? { drawn } : {}));
  };
  return {
    layers: own,
    sources: [role],
    parts: ['columns'],
    shares: () => ({ columns: 1 }),
    gain,
    stepInputs: (shapes) =>
      hypercolumnInputs(
        own.map((layer) => shapes[layer]),
        places,
      ),
    // The places differ from step to step.
    target: (_, features) => ({
      values: Object.fromEntries(own.map((layer) => [layer, features[layer]])),
      scales: {},
    }),
    value: (features, targets, { drawn }) => ({
      columns: difference(columnsOf(features, drawn), columnsOf(targets[role] as Features, drawn)),
    }),
  };
}

export const selfSimilarity = lossWith(
  { columns: columnsParameter, places: placesParameter(1024) },
  (place, { columns, places }) =>
    columns === 'plain'
      ? ofPlainColumns(place, places)
      : perLayer(
          place,
          {
            stepInputs: ([, height, width]) => shiftInput([height, width], places),
            target: (layer) => ({ features: layer }),
            compare(layer, target, { drawn }) {
              const [now, before] = [layer, target.features as tf.Tensor4D].map((features) =>
                sampled(features, places, undefined, { drawn }),
              );
              return difference(now, before);
            },
          },
          { gain },
        ),
);
