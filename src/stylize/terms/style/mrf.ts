/**
 * The style loss `mrf`: patches of the image are compared with the patches of the style that correlate most with them (Li &
 * Wand 2016, "Combining Markov Random Fields and Convolutional Neural Networks", eq. 2-3).
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { cosineDistances, nearestOf } from '../shared/matching.js';
import { perLayer } from '../shared/per-layer.js';
import { featuresAt, type Places, placesIn, placesParameter, shiftInput } from '../shared/places.js';
import { itemMean, smallestScale } from '../shared/statistics.js';

/** Places of the style for each place of the image: more to choose from. */
const stylePlaces = 4;

/** Patches around places, `[batch, places, size * size * channels]`. Beyond the border, the nearest position repeats. */
function patchesAt(layer: tf.Tensor4D, places: Places, size: number): tf.Tensor3D {
  const offsets = Array.from({ length: size }, (_, i) => i - Math.floor(size / 2));
  const taps = offsets.flatMap((down) => offsets.map((across) => featuresAt(layer, places, [down, across])));
  return tf.concat(taps, 2);
}

export const mrf = lossWith(
  {
    patch: {
      kind: 'count',
      default: 3,
      min: 1,
      max: 7,
      describe: 'Edge of a patch in positions of the layer',
    },
    places: placesParameter(512),
  },
  (place, { patch, places }) =>
    perLayer(place, {
      stepInputs: ([, height, width]) => shiftInput([height, width], places, place.region),
      target(layer, region) {
        const at = placesIn(layer.shape, stylePlaces * places, place.region, { region });
        return { patches: patchesAt(layer, at, patch) };
      },
      compare(layer, target, { drawn }) {
        const patches = patchesAt(layer, placesIn(layer.shape, places, place.region, { drawn }), patch);
        const style = target.patches as tf.Tensor3D;
        const partners = nearestOf(patches, style, style, cosineDistances);
        return itemMean(tf.squaredDifference(patches, partners));
      },
      scale: (target) => tf.maximum(itemMean(tf.square(target.patches)), smallestScale.linear) as tf.Tensor1D,
    }),
);
