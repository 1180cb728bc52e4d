/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6.5), with a decay of 0.99 and without bias correction, as in PyTorch and in
 * STROTSS: the first step is ten times the learning rate. Momentum is that of PyTorch, zero by default.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from './optimizer.js';

const squareDecay = 0.99;
const epsilon = 1e-8;

export const rmsprop: Optimizer = {
  defaults: { learningRate: 0.01, decay: 'cosine', momentum: 0, average: 0 },

  numbers: ['learningRate', 'momentum'],

  state: (image) => ({ square: image, velocity: image }),

  step({ image, gradient, state, numbers: { learningRate, momentum }, project }) {
    const square = tf.add(tf.mul(state.square, squareDecay), tf.mul(tf.square(gradient), 1 - squareDecay));
    const scaled = tf.div(gradient, tf.add(tf.sqrt(square), epsilon));
    const velocity = tf.add(tf.mul(state.velocity, momentum), scaled);
    return {
      image: project(tf.sub(image, tf.mul(velocity, learningRate))),
      accepted: tf.onesLike(learningRate),
      state: { square, velocity },
    };
  },

  advance: (_state, produced) => produced,

  carried: { square: 2, velocity: 0 },
};
