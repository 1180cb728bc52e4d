/**
 * Limited-memory BFGS (Liu & Nocedal 1989; the two-loop recursion is algorithm 7.4 of Nocedal & Wright), batched and
 * without a line search, as the style transfer literature uses it.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Value } from '../../engine/engine.js';
import { itemAxes, type Optimizer } from './optimizer.js';

/** Pairs of steps and gradient changes that are remembered. */
const historyLength = 10;
/** Root mean square change of the pixels by the first step, which has no curvature to go by. */
const firstStepRms = 0.01;
/** No step changes the pixels by more than this root mean square: a bad curvature estimate must not throw an item. */
const largestStepRms = 0.1;
/** A pair is taken when the curvature along it is at least this part of what its gradient change allows. */
const smallestCurvature = 1e-8;

/** Pairs that arrive from earlier steps; the newest pair is made in the step. */
const remembered = Array.from({ length: historyLength - 1 }, (_, age) => age);

const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => tf.sum(tf.mul(a, b), itemAxes, true);

export const lbfgs: Optimizer = {
  defaultLearningRate: 1,

  state: ([batch, ...image]) => {
    const full = [batch, ...image];
    const scalar = [batch, 1, 1, 1];
    return {
      previousImage: full,
      previousGradient: full,
      // 0 before an item's first step, then 1.
      started: scalar,
      // The inverse curvature of the last good pair.
      inverseCurvature: scalar,
      ...Object.fromEntries(
        remembered.flatMap((age) => [
          [`step${age}`, full],
          [`change${age}`, full],
          // 1 / (step . change), and 0 for a pair that does not count: then the recursion passes it by.
          [`weight${age}`, scalar],
        ]),
      ),
    };
  },

  step(image, gradient, state, learningRate) {
    const newStep = tf.mul(tf.sub(image, state.previousImage), state.started);
    const newChange = tf.mul(tf.sub(gradient, state.previousGradient), state.started);
    const curvature = dot(newStep, newChange);
    const changeSquare = dot(newChange, newChange);
    const bound = tf.mul(tf.sqrt(tf.mul(dot(newStep, newStep), changeSquare)), smallestCurvature);
    const counts = tf.cast(tf.greater(curvature, bound), 'float32');
    // Where a pair does not count its curvature may be zero; it is replaced before dividing.
    const safe = (divisor: tf.Tensor) => tf.add(tf.mul(divisor, counts), tf.sub(1, counts));
    const newWeight = tf.div(counts, safe(curvature));
    const inverseCurvature = tf.add(
      tf.mul(counts, tf.div(tf.mul(curvature, counts), safe(changeSquare))),
      tf.mul(tf.sub(1, counts), state.inverseCurvature),
    );

    const pairs = [
      { step: newStep, change: newChange, weight: newWeight },
      ...remembered.map((age) => ({
        step: state[`step${age}`],
        change: state[`change${age}`],
        weight: state[`weight${age}`],
      })),
    ];
    let direction: tf.Tensor = gradient;
    const coefficients = pairs.map(({ step, change, weight }) => {
      const coefficient = tf.mul(weight, dot(step, direction));
      direction = tf.sub(direction, tf.mul(change, coefficient));
      return coefficient;
    });
    const pixels = image.size / image.shape[0];
    const gradientRms = tf.sqrt(tf.div(dot(gradient, gradient), pixels));
    const firstScale = tf.div(firstStepRms, tf.maximum(gradientRms, 1e-20));
    const hasCurvature = tf.cast(tf.greater(inverseCurvature, 0), 'float32');
    const initialScale = tf.add(
      tf.mul(hasCurvature, inverseCurvature),
      tf.mul(tf.sub(1, hasCurvature), firstScale),
    );
    direction = tf.mul(direction, initialScale);
    for (const [i, { step, change, weight }] of [...pairs.entries()].reverse()) {
      const correction = tf.sub(coefficients[i], tf.mul(weight, dot(change, direction)));
      direction = tf.add(direction, tf.mul(step, correction));
    }

    const rms = tf.sqrt(tf.div(dot(direction, direction), pixels));
    const limit = tf.minimum(1, tf.div(largestStepRms, tf.maximum(rms, 1e-20)));
    return {
      image: tf.sub(image, tf.mul(direction, tf.mul(limit, learningRate))) as tf.Tensor4D,
      state: {
        newStep,
        newChange,
        newWeight,
        inverseCurvature,
        previousGradient: gradient,
        started: tf.onesLike(state.started),
      },
    };
  },

  advance(image, state, produced) {
    const next: Record<string, Value> = {
      previousImage: image,
      previousGradient: produced.previousGradient,
      started: produced.started,
      inverseCurvature: produced.inverseCurvature,
      step0: produced.newStep,
      change0: produced.newChange,
      weight0: produced.newWeight,
    };
    for (const age of remembered.slice(1)) {
      for (const part of ['step', 'change', 'weight']) next[`${part}${age}`] = state[`${part}${age - 1}`];
    }
    return next;
  },
};
