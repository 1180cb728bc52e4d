/**
 * Adam (Kingma & Ba 2015, algorithm 1). Its steps do not shrink near the minimum, which leaves noise in the image, so by
 * default the learning rate decays to zero.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from './optimizer.js';

const meanDecay = 0.9;
const squareDecay = 0.99;
const epsilon = 1e-8;

export const adam: Optimizer = {
  defaults: { learningRate: 0.02, decay: 'cosine', average: 0 },

  numbers: ['learningRate'],

  state: ([batch, ...image]) => ({
    mean: [batch, ...image],
    square: [batch, ...image],
    // The bias corrections 1 - decay^step. Zero before the first step.
    meanCorrection: [batch, 1, 1, 1],
    squareCorrection: [batch, 1, 1, 1],
  }),

  step({ image, gradient, state, numbers: { learningRate }, project }) {
    const blend = (old: tf.Tensor, now: tf.Tensor, decay: number) =>
      tf.add(tf.mul(old, decay), tf.mul(now, 1 - decay)) as tf.Tensor4D;
    const correct = (old: tf.Tensor, decay: number) => tf.add(tf.mul(old, decay), 1 - decay) as tf.Tensor4D;
    const mean = blend(state.mean, gradient, meanDecay);
    const square = blend(state.square, tf.square(gradient), squareDecay);
    const meanCorrection = correct(state.meanCorrection, meanDecay);
    const squareCorrection = correct(state.squareCorrection, squareDecay);
    const deviation = tf.add(tf.sqrt(tf.div(square, squareCorrection)), epsilon);
    const step = tf.mul(tf.div(mean, deviation), tf.div(learningRate, meanCorrection));
    return {
      image: project(tf.sub(image, step)),
      accepted: tf.onesLike(learningRate),
      state: { mean, square, meanCorrection, squareCorrection },
    };
  },

  advance: (_state, produced) => produced,

  carried: { mean: 1, square: 2, meanCorrection: 0, squareCorrection: 0 },
};
