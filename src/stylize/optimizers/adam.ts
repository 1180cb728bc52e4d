/**
 * Adam (Kingma & Ba 2015, algorithm 1). Pixels are clamped to [0, 1] after every step. Adam's steps do not shrink near the
 * minimum, which leaves noise in the image, so the learning rate decays to zero along a cosine (Loshchilov & Hutter 2017).
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from './optimizer.js';

const meanDecay = 0.9;
const squareDecay = 0.99;
const epsilon = 1e-8;

export const adam: Optimizer = {
  defaultLearningRate: 0.02,

  decay: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),

  state: ([batch, ...image]) => ({
    mean: [batch, ...image],
    square: [batch, ...image],
    // The bias corrections 1 - decay^step. Zero before the first step.
    meanCorrection: [batch, 1, 1, 1],
    squareCorrection: [batch, 1, 1, 1],
  }),

  step({ image, gradient, state, learningRate }) {
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
      image: tf.clipByValue(tf.sub(image, step), 0, 1) as tf.Tensor4D,
      accepted: tf.onesLike(learningRate),
      state: { mean, square, meanCorrection, squareCorrection },
    };
  },

  advance: (_state, produced) => produced,
};
