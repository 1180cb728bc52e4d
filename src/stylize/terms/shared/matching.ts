/** Nearest features by cosine distance. Features are `[batch, places, channels]`. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named } from '../../../engine/engine.js';
import { shareOf } from '../term.js';

/** Added to squared lengths, so that features that are all zero have a finite slope. */
const smallestSquare = 1e-8;

/** Features of length one; those near zero stay near zero. */
export function unit<T extends tf.Tensor>(features: T): T {
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(features), -1, true), smallestSquare));
  return tf.div(features, lengths) as T;
}

/** One minus the cosine of the angle between features, place by place: `[batch, places]`. */
export const cosineDistance = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor2D =>
  tf.sub(1, tf.sum(tf.mul(unit(x), unit(y)), 2));

/** One minus the cosine, for every pair of places: `[batch, places of x, places of y]`. */
export const cosineDistances = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor3D =>
  tf.sub(1, tf.matMul(unit(x), unit(y), false, true));

/**
 * The features of several layers side by side, so that one cosine is the mean of the layers' cosines, weighted by their
 * shares.
 * @param layers features at the same places, by layer
 * @param numbers has the share of each layer, `[batch]`
 */
export function sideBySide(layers: Named<tf.Tensor3D>, numbers: Named<tf.Tensor1D>): tf.Tensor3D {
  const parts = Object.entries(layers).map(([layer, features]) => {
    const share = tf.reshape(numbers[shareOf(layer)], [features.shape[0], 1, 1]);
    return tf.mul(unit(features), tf.sqrt(tf.maximum(share, 1e-12))) as tf.Tensor3D;
  });
  return tf.concat(parts, 2);
}

/** The features at indices: `[batch, count, channels]`. @param indices `[batch, count]` */
function pick(features: tf.Tensor3D, indices: tf.Tensor): tf.Tensor3D {
  const [batch, places, channels] = features.shape;
  const all = tf.reshape(features, [batch * places, channels]);
  const picked = tf.gather(all, tf.reshape(flat(indices, batch, places), [-1]));
  return tf.reshape(picked, [batch, -1, channels]);
}

/** Indices within an item as indices into the places of all items: `[batch, count]`. */
function flat(indices: tf.Tensor, batch: number, places: number): tf.Tensor {
  const firsts = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, item) => item * places),
    [batch, 1],
    'int32',
  );
  return tf.cast(tf.add(tf.cast(indices, 'int32'), firsts), 'int32');
}

/** A distance of every pair of places: `[batch, places of x, places of y]`. */
export type Distances = (x: tf.Tensor3D, y: tf.Tensor3D) => tf.Tensor3D;

/**
 * For each place of `x`, what belongs to the nearest place of `y`. The choice is not differentiated: TF.js throws on a gather
 * by indices that depend on a differentiated tensor, unless all of it is inside of `customGrad`.
 * @param belongings `[batch, places of y, channels]`
 * @returns `[batch, places of x, channels]`
 */
export function nearestOf(
  x: tf.Tensor3D,
  y: tf.Tensor3D,
  belongings: tf.Tensor3D,
  distances: Distances,
): tf.Tensor3D {
  const choose = tf.customGrad((...given) => {
    const nearest = tf.argMin(distances(given[0] as tf.Tensor3D, y), 2);
    return { value: pick(belongings, nearest), gradFunc: () => tf.zeros(x.shape) };
  });
  return choose(x) as tf.Tensor3D;
}

/** For each place of `x` its nearest feature of `y`, and for each place of `y` its nearest feature of `x`. */
export interface Pairs {
  readonly ofX: tf.Tensor3D;
  readonly ofY: tf.Tensor3D;
}

/** Nearest features in both directions. Slopes flow to the features of `x` that are chosen, not through the choice. */
export function nearestPairs(x: tf.Tensor3D, y: tf.Tensor3D, distances: Distances): Pairs {
  const [batch, places, channels] = x.shape;
  const count = y.shape[1];
  const choose = tf.customGrad((...given) => {
    const [features, save] = given as unknown as [tf.Tensor3D, (tensors: tf.Tensor[]) => void];
    const all = distances(features, y);
    const nearest = tf.argMin(all, 1);
    save([nearest]);
    return {
      value: tf.concat([pick(y, tf.argMin(all, 2)), pick(features, nearest)], 1),
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const slopes = tf.slice(dy, [0, places, 0], [batch, count, channels]);
        const rows = tf.reshape(flat(saved[0], batch, places), [batch * count, 1]);
        const updates = tf.reshape(slopes, [batch * count, channels]);
        return tf.reshape(tf.scatterND(rows, updates, [batch * places, channels]), x.shape);
      },
    };
  });
  const both = choose(x) as tf.Tensor3D;
  return {
    ofX: tf.slice(both, [0, 0, 0], [batch, places, channels]),
    ofY: tf.slice(both, [0, places, 0], [batch, count, channels]),
  };
}

/**
 * The smallest value along an axis, which stays with size 1. TF.js's `min` gives the whole slope to each of several equal
 * values, which in flat areas are many; this one divides it among them.
 */
export function smallest(x: tf.Tensor3D, axis: 1 | 2): tf.Tensor3D {
  const fn = tf.customGrad((given, save) => {
    const value = tf.min(given as tf.Tensor, axis, true);
    (save as (tensors: tf.Tensor[]) => void)([given as tf.Tensor, value]);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const isSmallest = tf.cast(tf.equal(saved[0], saved[1]), 'float32');
        return tf.mul(isSmallest, tf.div(dy, tf.sum(isSmallest, axis, true)));
      },
    };
  });
  return fn(x) as tf.Tensor3D;
}

/** The largest value along an axis; see {@link smallest}. */
export const largest = (x: tf.Tensor3D, axis: 1 | 2): tf.Tensor3D => tf.neg(smallest(tf.neg(x), axis));
