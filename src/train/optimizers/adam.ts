/** Adam (Kingma & Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2). @module */
import * as tf from '@tensorflow/tfjs';
import { isDecayed, type TrainingOptimizer } from './optimizer.js';

export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  readonly meanDecay?: number;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  readonly squareDecay?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  readonly epsilon?: number;
  /** Each step moves filters and matrices toward zero by this times the learning rate. Default 0. */
  readonly weightDecay?: number;
}

/** Returns Adam, or AdamW with a weight decay. */
export function adam(options: AdamOptions = {}): TrainingOptimizer {
  const { meanDecay = 0.9, squareDecay = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  return {
    moments: ['mean', 'square'],

    /** The bias corrections are folded into the step size and epsilon, so that no tensor is scaled for them. */
    factors(step, learningRate) {
      const correction = Math.sqrt(1 - squareDecay ** step);
      return {
        rate: (learningRate * correction) / (1 - meanDecay ** step),
        epsilon: epsilon * correction,
        kept: 1 - learningRate * weightDecay,
      };
    },

    update({ parameter, gradient, moments, factors }) {
      const blend = (old: tf.Tensor, now: tf.Tensor, decay: number): tf.Tensor =>
        tf.add(tf.mul(old, decay), tf.mul(now, 1 - decay));
      const mean = blend(moments.mean, gradient, meanDecay);
      const square = blend(moments.square, tf.square(gradient), squareDecay);
      const change = tf.div(tf.mul(mean, factors.rate), tf.add(tf.sqrt(square), factors.epsilon));
      const decayed = weightDecay > 0 && isDecayed(parameter) ? tf.mul(parameter, factors.kept) : parameter;
      return { parameter: tf.sub(decayed, change), moments: { mean, square } };
    },
  };
}
