/**
 * Gradient descent with momentum (Polyak 1964, in PyTorch's form). The gradient is divided by its root mean square at the
 * first step. So the learning rate is the root mean square of the first step in units of pixel values, and means the same at
 * every size and scale of the loss.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { itemAxes, type Optimizer } from './optimizer.js';

/** Bounds the divisor where the gradient is zero. */
const smallestScale = 1e-20;

export const sgd: Optimizer = {
  defaults: { learningRate: 0.02, decay: 'cosine', momentum: 0.9, average: 0 },

  numbers: ['learningRate', 'momentum'],

  // The scale is zero before the first step.
  state: ([batch, ...image]) => ({ velocity: [batch, ...image], scale: [batch, 1, 1, 1] }),

  step({ image, gradient, state, numbers: { learningRate, momentum }, project }) {
    const rootMeanSquare = tf.sqrt(tf.mean(tf.square(gradient), itemAxes, true));
    const scale = tf.where(tf.greater(state.scale, 0), state.scale, rootMeanSquare);
    const scaled = tf.div(gradient, tf.maximum(scale, smallestScale));
    const velocity = tf.add(tf.mul(state.velocity, momentum), scaled);
    return {
      image: project(tf.sub(image, tf.mul(velocity, learningRate))),
      accepted: tf.onesLike(learningRate),
      state: { velocity, scale },
    };
  },

  advance: (_state, produced) => produced,

  // The scale is that of the first gradient at each size.
  carried: { velocity: 0 },
};
