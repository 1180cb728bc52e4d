/**
 * Batched limited-memory BFGS (Liu & Nocedal 1989; the two-loop recursion is algorithm 7.4 of Nocedal & Wright). As is
 * common in style transfer, there is no line search: it takes the full step. Only a step that raises the loss is
 * rejected and retried with a shorter one. Every new point is projected onto the range of pixels, and the history holds
 * the steps after projection.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import { itemAxes, type Optimizer } from './optimizer.js';

/**
 * The usual number of pairs of steps and gradient changes in the history. With 10, the loss after 110 steps is 0.3% lower,
 * but a step of a small network takes 5% longer.
 */
export const historyLength = 7;
/**
 * History slots beyond that number. A trial that is rejected while another item's is accepted leaves its slot empty, and
 * must not push out a pair. An item that is alone keeps its slots instead.
 */
const spareSlots = (batch: number): number => (batch > 1 ? 2 : 0);
/** RMS change of the pixels in the first step, when there is no curvature estimate yet. */
const firstStepRms = 0.01;
/** Upper bound on the RMS change of the pixels in a step, so that a bad curvature estimate does no lasting damage. */
const largestStepRms = 0.1;
/** Use a pair only if step . change exceeds this fraction of |step| |change|, its largest possible value. */
const smallestCurvature = 1e-8;
/** The smallest normal float32. Below it, the square of a nonzero number can underflow to zero. */
const smallestSquare = 1.2e-38;
/** A step that raises the loss by more than this factor is rejected. */
const toleratedRise = 1.01;
/** Length of a retry relative to the rejected step. */
const shorter = 0.25;
/** After this many rejections in a row, clear the history. After twice as many, accept the next point. */
const trialsBeforeForgetting = 3;

const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => tf.sum(tf.mul(a, b), itemAxes, true);
const asNumber = (condition: tf.Tensor) => tf.cast(condition, 'float32') as tf.Tensor4D;
/** Rows of `a` where the condition `[batch, 1, 1, 1]` is 1, else of `b`. Unlike multiplication, it blocks NaN. */
const choose = (condition: tf.Tensor4D, a: tf.Tensor, b: tf.Tensor): tf.Tensor4D =>
  tf.where(tf.greater(condition, 0), a, b) as tf.Tensor4D;

interface Pair {
  readonly step: tf.Tensor;
  readonly change: tf.Tensor;
  /** 1 / (step . change), or 0 to make the recursion skip the pair. */
  readonly weight: tf.Tensor;
}

/** L-BFGS with a history of this many pairs. Each takes two images of memory, for every item. */
export function lbfgsOf(history: number): Optimizer {
  // Ages of the pairs from earlier steps. The step itself computes the newest pair.
  const rememberedOf = (batch: number): number[] =>
    Array.from({ length: history + spareSlots(batch) - 1 }, (_, age) => age);
  return {
    defaults: { learningRate: 1, decay: 'none', history },

    numbers: ['learningRate'],

    steadySteps: 32,

    state: ([batch, ...image]) => {
      const full = [batch, ...image];
      const scalar = [batch, 1, 1, 1];
      return {
        // The last accepted point.
        previousImage: full,
        previousGradient: full,
        previousLoss: scalar,
        // 0 before an item's first step, 1 afterwards.
        started: scalar,
        // Number of rejections in a row.
        trials: scalar,
        // The inverse curvature of the last usable pair.
        inverseCurvature: scalar,
        ...Object.fromEntries(
          rememberedOf(batch).flatMap((age) => [
            [`step${age}`, full],
            [`change${age}`, full],
            [`weight${age}`, scalar],
          ]),
        ),
      };
    },

    step({ image, loss, gradient, state, numbers: { learningRate }, project }) {
      const { started, previousImage, previousGradient, previousLoss } = state;
      const remembered = rememberedOf(image.shape[0]);
      const isLower = asNumber(tf.lessEqual(loss, tf.mul(previousLoss, toleratedRise)));
      const isLast = asNumber(tf.greaterEqual(state.trials, 2 * trialsBeforeForgetting));
      const accepted = tf.maximum(tf.maximum(isLower, isLast), tf.sub(1, started)) as tf.Tensor4D;
      const remember = asNumber(tf.less(state.trials, trialsBeforeForgetting));

      const point = choose(accepted, image, previousImage);
      const slope = choose(accepted, gradient, previousGradient);
      // Zero after a rejection; meaningless, and therefore without weight, in an item's first step.
      const newStep = tf.sub(point, previousImage);
      const newChange = tf.sub(slope, previousGradient);
      const curvature = dot(newStep, newChange);
      const changeSquare = dot(newChange, newChange);
      const bound = tf.mul(tf.sqrt(tf.mul(dot(newStep, newStep), changeSquare)), smallestCurvature);
      const good = tf.mul(
        tf.mul(asNumber(tf.greater(curvature, bound)), asNumber(tf.greater(changeSquare, smallestSquare))),
        started,
      ) as tf.Tensor4D;
      // The curvature of an unusable pair can be zero. Replace it before dividing.
      const safe = (divisor: tf.Tensor) => choose(good, divisor, tf.onesLike(divisor));
      const newWeight = tf.div(good, safe(curvature));
      const inverseCurvature = choose(
        good,
        tf.div(curvature, safe(changeSquare)),
        tf.mul(state.inverseCurvature, remember),
      );

      const pairs = newestOf(history, [
        { step: newStep, change: newChange, weight: newWeight },
        ...remembered.map((age) => ({
          step: state[`step${age}`],
          change: state[`change${age}`],
          weight: tf.mul(state[`weight${age}`], remember),
        })),
      ]);
      const step = tf.mul(limitedDirection(slope, inverseCurvature, pairs), learningRate);
      const retry = tf.mul(tf.sub(image, previousImage), shorter);
      return {
        image: project(tf.add(point, choose(accepted, step, retry))),
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

    advance(state, produced, hasMoved) {
      const { step0, change0, ...others } = produced;
      const ages = rememberedOf(step0.shape[0]);
      // Each pair moves to the slot of its new age, and the oldest drops out.
      const older = (part: string, age: number) =>
        age === 0 ? produced[`${part}0`] : state[`${part}${age - 1}`];
      const slots = ages.flatMap((age) => [
        [`step${age}`, hasMoved ? older('step', age) : state[`step${age}`]],
        [`change${age}`, hasMoved ? older('change', age) : state[`change${age}`]],
        ...(hasMoved ? [] : [[`weight${age}`, state[`weight${age}`]]]),
      ]);
      return { ...others, ...Object.fromEntries(slots) };
    },
  };
}

export const lbfgs = lbfgsOf(historyLength);

/** Gives weight 0 to all pairs but the newest ones. @param pairs newest first; empty slots have weight 0 */
function newestOf(most: number, pairs: readonly Pair[]): Pair[] {
  let count: tf.Tensor | undefined;
  return pairs.map((pair) => {
    const isPair = asNumber(tf.notEqual(pair.weight, 0));
    count = count ? tf.add(count, isPair) : isPair;
    return { ...pair, weight: tf.mul(pair.weight, asNumber(tf.lessEqual(count, most))) };
  });
}

/** The two-loop recursion: minus the inverse Hessian times the gradient, limited in length. */
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
