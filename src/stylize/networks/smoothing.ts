/** Activation smoothing (Wang et al. 2021, "Rethinking and Improving the Robustness of Image Style Transfer", SWAG). @module */
import * as tf from '@tensorflow/tfjs';
import type { Named } from '../../engine/engine.js';

/** Lower bound on the squared temperature, for features that are zero. */
const smallestSquare = 1e-6;

/**
 * Features after a softmax over all places and channels of an item, times their number, so that their mean is one. Networks
 * with shortcuts have few, high peaks, on which losses concentrate; the softmax evens them out. The
 * temperature is the root mean square of the features, so that the scale of a layer does not matter.
 * @param features layer name to `[batch, height, width, channels]`
 */
export const smoothed = (features: Named<tf.Tensor4D>): Named<tf.Tensor4D> =>
  Object.fromEntries(
    Object.entries(features).map(([layer, x]) => {
      const [batch] = x.shape;
      const flat = tf.reshape(x, [batch, -1]);
      const temperature = tf.sqrt(tf.add(tf.mean(tf.square(flat), 1, true), smallestSquare));
      const shares = tf.softmax(tf.div(flat, temperature));
      return [layer, tf.reshape(tf.mul(shares, x.size / batch), x.shape)];
    }),
  );
