/** The content loss `features`: mean squared difference of features (Gatys et al. 2016, eq. 1). @module */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';

/** Lower bound on the scale. Features of a flat image are near zero, and a smaller divisor would amplify noise. */
const smallestScale = 1e-2;

export const features = plainLoss((place) =>
  perLayer(place, {
    target: (layer) => ({ features: layer }),
    compare: (layer, target) => tf.mean(tf.squaredDifference(layer, target.features), [1, 2, 3]),
    scale: (target) =>
      tf.maximum(tf.mean(tf.square(target.features), [1, 2, 3]), smallestScale) as tf.Tensor1D,
  }),
);
