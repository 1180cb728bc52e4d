/**
 * Delivers the exponential moving average of the iterates instead of the last one, bias-corrected (Polyak & Juditsky 1992;
 * as in style-transfer-pytorch, where the average starts with the initial image).
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from './optimizer.js';

/** An optimizer whose steps are those of another one, and whose result is the average of the iterates. */
export function averaged(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,

    numbers: [...optimizer.numbers, 'average'],

    state: (image) => ({
      ...optimizer.state(image),
      average: image,
      // The sum of the weights. Zero before the first step.
      averageWeight: [image[0], 1, 1, 1],
    }),

    step(inputs) {
      const { image, state, numbers } = inputs;
      const result = optimizer.step(inputs);
      const fresh = tf.sub(1, numbers.average);
      const isFirst = tf.equal(state.averageWeight, 0);
      const average = tf.where(isFirst, tf.mul(image, fresh), state.average);
      const weight = tf.where(isFirst, fresh, state.averageWeight);
      return {
        ...result,
        state: {
          ...result.state,
          average: tf.add(tf.mul(average, numbers.average), tf.mul(result.image, fresh)),
          averageWeight: tf.add(tf.mul(weight, numbers.average), fresh),
        },
      };
    },

    advance(state, produced, hasMoved) {
      const { average, averageWeight, ...others } = produced;
      return { ...optimizer.advance(state, others, hasMoved), average, averageWeight };
    },

    delivered: {
      from: ['average', 'averageWeight'],
      image: ({ average, averageWeight: [weight] }) => average.map((value) => value / weight),
    },
  };
}
