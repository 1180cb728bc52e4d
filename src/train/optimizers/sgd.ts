/** Stochastic gradient descent with momentum (Sutskever et al. 2013) and decoupled weight decay. @module */
import * as tf from '@tensorflow/tfjs';
import { isDecayed, type TrainingOptimizer } from './optimizer.js';

export interface SgdOptions {
  /** Decay of the velocity, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Each step moves filters and matrices toward zero by this times the learning rate. Default 0. */
  readonly weightDecay?: number;
}

/** Returns gradient descent: velocity = momentum x velocity + gradient, parameter = parameter - rate x velocity. */
export function sgd({ momentum = 0, weightDecay = 0 }: SgdOptions = {}): TrainingOptimizer {
  const keeps = momentum !== 0;
  return {
    moments: keeps ? ['velocity'] : [],

    factors: (_step, learningRate) => ({ rate: learningRate, kept: 1 - learningRate * weightDecay }),

    update({ parameter, gradient, moments, factors }) {
      const velocity = keeps ? tf.add(tf.mul(moments.velocity, momentum), gradient) : gradient;
      const updated: Record<string, tf.Tensor> = keeps ? { velocity } : {};
      const decayed = weightDecay > 0 && isDecayed(parameter) ? tf.mul(parameter, factors.kept) : parameter;
      return { parameter: tf.sub(decayed, tf.mul(velocity, factors.rate)), moments: updated };
    },
  };
}
