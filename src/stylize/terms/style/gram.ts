/** The style loss `gram`: mean squared difference of Gram matrices (Gatys et al. 2016, eq. 3-5). @module */
import * as tf from '@tensorflow/tfjs';
import { plainLoss } from '../parameters.js';
import { perLayer } from '../shared/per-layer.js';
import type { RegionView } from '../shared/region.js';
import { columnsOf, itemMean, secondMoments, smallestScale } from '../shared/statistics.js';

/**
 * The Gram matrix of the channels, `F^T F / (height width)`: `[batch, channels, channels]`; in a region, the guided Gram matrix
 * (Gatys et al. 2017, eq. 2-3).
 */
export const gramMatrix = (layer: tf.Tensor4D, region?: RegionView): tf.Tensor3D =>
  secondMoments(columnsOf(layer), region);

export const gram = plainLoss((place) =>
  perLayer(place, {
    target: (layer, region) => ({ gram: gramMatrix(layer, region) }),
    compare: (layer, target, { region }) =>
      itemMean(tf.squaredDifference(gramMatrix(layer, region), target.gram)),
    scale: (target) => tf.maximum(itemMean(tf.square(target.gram)), smallestScale.quadratic) as tf.Tensor1D,
  }),
);
