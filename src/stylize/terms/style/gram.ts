/** The style loss `gram`: mean squared difference of Gram matrices (Gatys et al. 2016, eq. 3-5). @module */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import { columnsOf, itemMean, secondMoments, smallestScale } from '../shared/statistics.js';

/** The Gram matrix of the channels, `F^T F / (height width)`: `[batch, channels, channels]`. */
export const gramMatrix = (layer: tf.Tensor4D): tf.Tensor3D => secondMoments(columnsOf(layer));

export const gram = plainLoss((place) =>
  perLayer(place, {
    target: (layer) => ({ gram: gramMatrix(layer) }),
    compare: (layer, target) => itemMean(tf.squaredDifference(gramMatrix(layer), target.gram)),
    scale: (target) => tf.maximum(itemMean(tf.square(target.gram)), smallestScale.quadratic) as tf.Tensor1D,
  }),
);
