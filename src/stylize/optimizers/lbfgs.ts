/**
 * Limited-memory BFGS (Liu & Nocedal 1989; the two-loop recursion is algorithm 7.4 of Nocedal & Wright), batched. As
 * the style transfer literature uses it there is no line search: the full step is taken, and only one that raises the
 * loss is taken back and tried again, shorter.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { itemAxes, type Optimizer } from './optimizer.js';

/** Pairs of steps and gradient changes that are remembered. */
const historyLength = 10;
/** Root mean square change of the pixels by the first step, which has no curvature to go by. */
const firstStepRms = 0.01;
/** No step changes the pixels by more than this root mean square: a bad curvature estimate must not throw an item. */
const largestStepRms = 0.1;
/** A pair is taken when the curvature along it is at least this part of what its gradient change allows. */
const smallestCurvature = 1e-8;
/** The smallest normal float32: below it a square may be zero where its root is not. */
const smallestSquare = 1.2e-38;
/** A step that raises the loss above this multiple is taken back and tried again, shorter. */
const toleratedRise = 1.01;
const shorter = 0.25;
/** After so many trials in a row the history is forgotten; after twice as many the next one is taken as it is. */
const trialsBeforeForgetting = 3;

/** Pairs that arrive from earlier steps; the newest pair is made in the step. */
const remembered = Array.from({ length: historyLength - 1 }, (_, age) => age);

const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => tf.sum(tf.mul(a, b), itemAxes, true);
const asNumber = (condition: tf.Tensor) => tf.cast(condition, 'float32') as tf.Tensor4D;
/** Rows of `a` where the condition `[batch, 1, 1, 1]` is 1, else of `b`; unlike a product it lets no NaN through. */
const choose = (condition: tf.Tensor4D, a: tf.Tensor, b: tf.Tensor): tf.Tensor4D =>
  tf.where(tf.greater(condition, 0), a, b) as tf.Tensor4D;

interface Pair {
  readonly step: tf.Tensor;
  readonly change: tf.Tensor;
  /** 1 / (step . change), and 0 for a pair that does not count: then the recursion passes it by. */
  readonly weight: tf.Tensor;
}

export const lbfgs: Optimizer = {
  defaultLearningRate: 1,

  state: ([batch, ...image]) => {
    const full = [batch, ...image];
    const scalar = [batch, 1, 1, 1];
    return {
      // The last accepted point.
      previousImage: full,
      previousGradient: full,
      previousLoss: scalar,
      // 0 before an item's first step, then 1.
      started: scalar,
      // Trials in a row that were taken back.
      trials: scalar,
      // The inverse curvature of the last good pair.
      inverseCurvature: scalar,
      ...Object.fromEntries(
        remembered.flatMap((age) => [
          [`step${age}`, full],
          [`change${age}`, full],
          [`weight${age}`, scalar],
        ]),
      ),
    };
  },

  step({ image, loss, gradient, state, learningRate }) {
    const { started, previousImage, previousGradient, previousLoss } = state;
    const isLower = asNumber(tf.lessEqual(loss, tf.mul(previousLoss, toleratedRise)));
    const isLast = asNumber(tf.greaterEqual(state.trials, 2 * trialsBeforeForgetting));
    const accepted = tf.maximum(tf.maximum(isLower, isLast), tf.sub(1, started)) as tf.Tensor4D;
    const remember = asNumber(tf.less(state.trials, trialsBeforeForgetting));

    const counts = tf.mul(accepted, started) as tf.Tensor4D;
    const none = tf.zerosLike(image);
    const newStep = choose(counts, tf.sub(image, previousImage), none);
    const newChange = choose(counts, tf.sub(gradient, previousGradient), none);
    const curvature = dot(newStep, newChange);
    const changeSquare = dot(newChange, newChange);
    const bound = tf.mul(tf.sqrt(tf.mul(dot(newStep, newStep), changeSquare)), smallestCurvature);
    const good = tf.mul(
      asNumber(tf.greater(curvature, bound)),
      asNumber(tf.greater(changeSquare, smallestSquare)),
    ) as tf.Tensor4D;
    // Where a pair is not good its curvature may be zero; it is replaced before dividing.
    const safe = (divisor: tf.Tensor) => choose(good, divisor, tf.onesLike(divisor));
    const newWeight = tf.div(good, safe(curvature));
    const inverseCurvature = choose(
      good,
      tf.div(curvature, safe(changeSquare)),
      tf.mul(state.inverseCurvature, remember),
    );

    const pairs: Pair[] = [
      { step: newStep, change: newChange, weight: newWeight },
      ...remembered.map((age) => ({
        step: state[`step${age}`],
        change: state[`change${age}`],
        weight: tf.mul(state[`weight${age}`], remember),
      })),
    ];
    const point = choose(accepted, image, previousImage);
    const slope = choose(accepted, gradient, previousGradient);
    const step = tf.mul(limitedDirection(slope, inverseCurvature, pairs), learningRate);
    const retry = tf.mul(tf.sub(image, previousImage), shorter);
    return {
      image: tf.add(point, choose(accepted, step, retry)) as tf.Tensor4D,
      accepted,
      state: {
        previousImage: point,
        previousGradient: slope,
        previousLoss: choose(accepted, loss, previousLoss),
        started: tf.onesLike(started),
        trials: tf.mul(tf.add(state.trials, 1), tf.sub(1, accepted)),
        inverseCurvature,
        step0: newStep,
        change0: newChange,
        ...Object.fromEntries(remembered.map((age) => [`weight${age}`, pairs[age].weight])),
      },
    };
  },

  advance: (state, produced) => ({
    ...produced,
    ...Object.fromEntries(
      remembered
        .slice(1)
        .flatMap((age) => ['step', 'change'].map((part) => [`${part}${age}`, state[`${part}${age - 1}`]])),
    ),
  }),
};

/** The two-loop recursion: minus the inverse Hessian times the gradient, no longer than allowed. */
function limitedDirection(
  gradient: tf.Tensor4D,
  inverseCurvature: tf.Tensor,
  pairs: readonly Pair[],
): tf.Tensor {
  let direction: tf.Tensor = gradient;
  const coefficients = pairs.map(({ step, change, weight }) => {
    const coefficient = tf.mul(weight, dot(step, direction));
    direction = tf.sub(direction, tf.mul(change, coefficient));
    return coefficient;
  });
  const pixels = gradient.size / gradient.shape[0];
  const rootMeanSquare = (x: tf.Tensor) => tf.maximum(tf.sqrt(tf.div(dot(x, x), pixels)), 1e-20);
  const hasCurvature = asNumber(tf.greater(inverseCurvature, 0));
  direction = tf.mul(
    direction,
    choose(hasCurvature, inverseCurvature, tf.div(firstStepRms, rootMeanSquare(gradient))),
  );
  for (const [i, { step, change, weight }] of [...pairs.entries()].reverse()) {
    const correction = tf.sub(coefficients[i], tf.mul(weight, dot(change, direction)));
    direction = tf.add(direction, tf.mul(step, correction));
  }
  const limit = tf.minimum(1, tf.div(largestStepRms, rootMeanSquare(direction)));
  return tf.mul(direction, tf.neg(limit));
}
