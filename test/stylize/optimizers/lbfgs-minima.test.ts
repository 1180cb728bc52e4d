/**
 * L-BFGS on functions with known minima. The evaluations that it takes are compared with those of L-BFGS-B (Byrd et al. 1995)
 * in SciPy 1.17.1, which has a line search: `minimize(f, x0, jac=True, method='L-BFGS-B', options={'maxcor': history})`.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { lbfgsOf } from '../../../src/stylize/optimizers/lbfgs.js';
import { itemAxes } from '../../../src/stylize/optimizers/optimizer.js';
import { drive, type Landscape } from './drive.js';
import { fromCoordinate, rosenbrock } from './landscapes.js';

const engine = await createEngine('onnx', { threads: 1 });

/** The first evaluations whose losses are below the given ones. */
const reached = (losses: readonly number[], below: readonly number[]): number[] =>
  below.map((bound) => losses.findIndex((loss) => loss < bound));

const fallsOfRosenbrock = [1, 1e-1, 1e-2, 1e-3, 1e-5];
const rosenbrockInSciPy = [
  { history: 3, evaluations: [22, 36, 42, 45, 47] },
  { history: 7, evaluations: [23, 33, 37, 40, 44] },
  { history: 10, evaluations: [23, 33, 37, 40, 42] },
];

for (const { history, evaluations } of rosenbrockInSciPy) {
  test(`reaches the minimum of Rosenbrock's function about as fast as SciPy, with ${history} pairs`, async (t) => {
    for (const pairs of [1, 24]) {
      const data = Float32Array.from({ length: 2 * pairs }, (_, i) => fromCoordinate(i % 2 ? 1 : -1.2));
      const driven = await drive(engine, lbfgsOf(history), rosenbrock, { data, shape: [1, 1, pairs, 2] });
      await driven.advance(80);
      const losses = driven.seen.map(({ loss }) => loss[0] / pairs);
      const took = reached(losses, fallsOfRosenbrock);
      for (const [i, expected] of evaluations.entries())
        t.true(took[i] >= 0 && took[i] <= 1.3 * expected, `${took} against ${evaluations}`);
      const { image } = driven.seen[79];
      t.true(image.every((pixel) => Math.abs(pixel - fromCoordinate(1)) < 1e-4));
    }
  });
}

const fallsOfQuadratic = [1e-1, 1e-2, 1e-3, 1e-5, 1e-8];
const quadraticInSciPy = [
  { distinct: 1, evaluations: [1, 2, 2, 2, 2] },
  { distinct: 2, evaluations: [1, 2, 7, 8, 9] },
  { distinct: 3, evaluations: [2, 5, 11, 13, 14] },
  { distinct: 5, evaluations: [3, 6, 10, 13, 15] },
];

for (const { distinct, evaluations } of quadraticInSciPy) {
  test(`reaches the minimum of a quadratic with ${distinct} curvatures from 1 to 100 about as fast as SciPy`, async (t) => {
    const [shape, size] = [[1, 4, 8, 3], 96];
    const curvatures = Float32Array.from(
      { length: size },
      (_, i) => 100 ** ((i % distinct) / Math.max(1, distinct - 1)),
    );
    const quadratic: Landscape = (image) => {
      const distance = tf.sub(image, 0.5);
      const slope = tf.mul(distance, tf.tensor(curvatures, shape));
      return {
        loss: tf.mean(tf.mul(slope, distance), itemAxes, true) as tf.Tensor4D,
        gradient: tf.mul(slope, 2 / size) as tf.Tensor4D,
      };
    };
    const data = Float32Array.from({ length: size }, (_, i) => 0.5 + 0.2 * Math.cos(i * 0.9));
    const driven = await drive(engine, lbfgsOf(7), quadratic, { data, shape });
    await driven.advance(40);
    const losses = driven.seen.map(({ loss }) => loss[0] / driven.seen[0].loss[0]);
    const took = reached(losses, fallsOfQuadratic);
    for (const [i, expected] of evaluations.entries())
      t.true(took[i] >= 0 && took[i] <= 1.3 * expected + 1, `${took} against ${evaluations}`);
    t.true(driven.seen[39].image.every((pixel) => Math.abs(pixel - 0.5) < 1e-4));
  });
}
