/** The style loss `gram`: mean squared difference of Gram matrices (Gatys et al. 2016, eq. 3-5). @module */
import * as tf from '@tensorflow/tfjs';
import { perLayer } from './per-layer.js';

/** Lower bound on the scale: the square of the content loss's bound, because Gram matrices are squares of features. */
const smallestScale = 1e-4;

/** The Gram matrix of the channels, `F^T F / (height width)`: `[batch, channels, channels]`. */
export function gramMatrix(layer: tf.Tensor4D): tf.Tensor3D {
  const [batch, height, width, channels] = layer.shape;
  const columns = tf.reshape(layer, [batch, height * width, channels]);
  return tf.div(tf.matMul(columns, columns, true, false), height * width);
}

export const gram = perLayer({
  target: gramMatrix,
  compare: (layer, target) => tf.mean(tf.squaredDifference(gramMatrix(layer), target as tf.Tensor3D), [1, 2]),
  scale: (target) => tf.maximum(tf.mean(tf.square(target), [1, 2]), smallestScale) as tf.Tensor1D,
});
