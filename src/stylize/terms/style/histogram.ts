/**
 * The style loss `histogram`: mean squared difference of the sorted values of each channel, which is the squared Wasserstein
 * distance of the channels' histograms. The aim of Risser et al. 2017 (section 4.4), who remap values to a matched
 * histogram, reached by sorting.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { resampled, sorted } from '../shared/sorting.js';
import { itemMean, smallestScale } from '../shared/statistics.js';

const byChannel = (features: tf.Tensor3D): tf.Tensor3D => sorted(tf.transpose(features, [0, 2, 1]));

export const histogram = lossWith({ places: placesParameter(4096, 65_536) }, (place, { places }) =>
  perLayer(place, {
    stepInputs: ([, height, width]) => shiftInput([height, width], places, place.region),
    target: (layer, region) => ({ sorted: byChannel(sampled(layer, places, place.region, { region })) }),
    compare(layer, target, { drawn }) {
      const values = byChannel(sampled(layer, places, place.region, { drawn }));
      return itemMean(tf.squaredDifference(values, resampled(target.sorted, values.shape[2])));
    },
    scale: (target) => tf.maximum(itemMean(tf.square(target.sorted)), smallestScale.linear) as tf.Tensor1D,
  }),
);
