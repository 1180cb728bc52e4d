/**
 * The style loss `mmd`: the squared maximum mean discrepancy of the features, with the kernels of Li et al. 2017
 * ("Demystifying Neural Style Transfer", section 4): `linear`, the difference of means; `polynomial`, `(x.y + offset)^2`,
 * which with offset 0 is the Gram loss; `gaussian`, `exp(-|x - y|^2 / (2 bandwidth d))`, where d is the style's mean squared
 * distance between features.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { lossWith } from '../parameters.js';
import { type LayerLoss, perLayer } from '../shared/per-layer.js';
import { placesParameter, sampled, shiftInput } from '../shared/places.js';
import { columnsOf, itemMean, meanOf, secondMoments, smallestScale } from '../shared/statistics.js';
import type { Place } from '../term.js';

const atLeast = (x: tf.Tensor, bound: number): tf.Tensor1D => tf.maximum(x, bound);

const linear: LayerLoss = {
  target: (layer, region) => ({ mean: meanOf(columnsOf(layer), region) }),
  compare: (layer, { mean }, { region }) =>
    itemMean(tf.squaredDifference(meanOf(columnsOf(layer), region), mean)),
  scale: ({ mean }) => atLeast(itemMean(tf.square(mean)), smallestScale.linear),
};

/**
 * The mean of `(x.y + c)^2` over pairs is a square of second moments, plus 2c times one of means, plus c^2. The offset is
 * relative to the style's mean square of features, so that it means the same for every layer.
 */
const polynomial: LayerLoss = {
  target(layer, region) {
    const features = columnsOf(layer);
    return {
      mean: meanOf(features, region),
      moments: secondMoments(features, region),
      square: itemMean(meanOf(tf.square(features), region)),
    };
  },
  compare(layer, target, { numbers: { offset }, region }) {
    const features = columnsOf(layer);
    const moments = itemMean(tf.squaredDifference(secondMoments(features, region), target.moments));
    const means = itemMean(tf.squaredDifference(meanOf(features, region), target.mean));
    return tf.add(moments, tf.mul(tf.mul(tf.mul(offset, 2), target.square), means)) as tf.Tensor1D;
  },
  scale: ({ moments }) => atLeast(itemMean(tf.square(moments)), smallestScale.quadratic),
};

/** The mean of the kernel over all pairs. @param width `[batch, 1, 1]` */
function meanKernel(x: tf.Tensor3D, y: tf.Tensor3D, width: tf.Tensor): tf.Tensor1D {
  const lengths = (z: tf.Tensor3D) => tf.sum(tf.square(z), 2, true);
  const products = tf.matMul(x, y, false, true);
  const distances = tf.sub(tf.add(lengths(x), tf.transpose(lengths(y), [0, 2, 1])), tf.mul(products, 2));
  return itemMean(tf.exp(tf.neg(tf.div(tf.relu(distances), width))));
}

const gaussian = (places: number, place: Place): LayerLoss => ({
  stepInputs: ([, height, width]) => shiftInput([height, width], places, place.region),
  target(layer, region) {
    const features = sampled(layer, places, place.region, { region });
    // The mean squared distance of two features is twice the sum of variances.
    const variance = tf.sum(meanOf(tf.square(tf.sub(features, meanOf(features))) as tf.Tensor3D), [1, 2]);
    return { features, distance: tf.maximum(tf.mul(variance, 2), smallestScale.linear) };
  },
  compare(layer, target, { drawn, numbers: { bandwidth } }) {
    const x = sampled(layer, places, place.region, { drawn });
    const y = target.features as tf.Tensor3D;
    const width = tf.reshape(tf.mul(tf.mul(bandwidth, 2), target.distance), [x.shape[0], 1, 1]);
    const own = tf.add(meanKernel(x, x, width), meanKernel(y, y, width));
    return tf.sub(own, tf.mul(meanKernel(x, y, width), 2)) as tf.Tensor1D;
  },
});

export const mmd = lossWith(
  {
    kernel: {
      kind: 'word',
      default: 'gaussian',
      words: ['linear', 'polynomial', 'gaussian'],
      describe:
        'linear: only means; polynomial: means and second moments; gaussian: whole distributions, at some places',
    },
    offset: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1000,
      describe: 'For the polynomial kernel: larger weighs means more. 0: the Gram loss',
    },
    bandwidth: {
      kind: 'number',
      default: 0.5,
      min: 0.01,
      max: 100,
      describe:
        'For the gaussian kernel: its squared width, relative to the mean squared distance of features',
    },
    places: placesParameter(1024),
  },
  (place, { kernel, places }) => {
    if (kernel === 'linear') return perLayer(place, linear);
    if (kernel === 'polynomial') return perLayer(place, polynomial, { numbers: ['offset'] });
    return perLayer(place, gaussian(places, place), { numbers: ['bandwidth'], gain: 4 });
  },
);
