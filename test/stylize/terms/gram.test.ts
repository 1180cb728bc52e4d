/** Compares the Gram loss with its definition and with the maximum mean discrepancy (MMD) it equals. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type TensorFunction } from '../../../src/engine/index.js';
import { gram, gramMatrix } from '../../../src/stylize/terms/style/gram.js';
import { execute, randomTensor, relativeDifference } from '../../engine/support.js';
import { isClose, mean, meanSquare, plainGram } from '../support.js';
import { atOneLayer } from './one-layer.js';

const engines = await Promise.all([createEngine('reference'), createEngine('onnx', { threads: 1 })]);
const [height, width, channels] = [4, 5, 6];
const positions = height * width;

const rowOf = ({ data, shape }: HostTensor, row: number): Float32Array => {
  const size = data.length / shape[0];
  return data.slice(row * size, (row + 1) * size);
};

const features = randomTensor([2, height, width, channels], 1);
/** The other image has a different size. */
const other = randomTensor([2, 3, 7, channels], 2);

const style = atOneLayer(gram);
const lossAndGradient: TensorFunction = ({ features: layer, other: target }) => {
  const wanted = style.target(target);
  return {
    loss: style.compare(layer, wanted),
    scale: style.scale(target),
    gradient: tf.grad((x) => tf.sum(style.compare(x, wanted)))(layer),
  };
};

/** The feature vectors of all positions of one image of a batch. */
function vectors(tensor: HostTensor, row: number): number[][] {
  const data = rowOf(tensor, row);
  return Array.from({ length: data.length / channels }, (_, p) => [
    ...data.slice(p * channels, (p + 1) * channels),
  ]);
}

const inner = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, value, c) => sum + value * y[c], 0);

for (const engine of engines) {
  test(`${engine.name}: the Gram matrix is the mean of channel products over positions`, async (t) => {
    const { matrix } = await execute(
      engine,
      ({ features: layer }) => ({ matrix: gramMatrix(layer as tf.Tensor4D) }),
      { features },
    );
    t.deepEqual([...matrix.shape], [2, channels, channels]);
    for (const row of [0, 1]) {
      const expected = plainGram({
        height,
        width,
        channels,
        data: Float64Array.from(rowOf(features, row)),
      });
      const difference = relativeDifference(rowOf(matrix, row), Float32Array.from(expected));
      t.true(difference < 1e-6, `row ${row}: ${difference}`);
    }
  });

  test(`${engine.name}: the Gram matrix does not depend on the order of positions`, async (t) => {
    const shuffled = features.data.map((_, i) => {
      const [row, position, channel] = [
        Math.floor(i / channels / positions),
        Math.floor(i / channels) % positions,
        i % channels,
      ];
      // 7 and the number of positions, 20, are coprime.
      return features.data[(row * positions + ((7 * position + 3) % positions)) * channels + channel];
    });
    const fn: TensorFunction = ({ a, b }) => ({
      a: gramMatrix(a as tf.Tensor4D),
      b: gramMatrix(b as tf.Tensor4D),
    });
    const result = await execute(engine, fn, { a: features, b: { data: shuffled, shape: features.shape } });
    t.true(relativeDifference(result.b.data, result.a.data) < 1e-6);
  });

  test(`${engine.name}: the Gram loss is the MMD with kernel (x.y)^2, divided by channels squared`, async (t) => {
    const { loss, gradient } = await execute(engine, lossAndGradient, { features, other });
    for (const row of [0, 1]) {
      const [xs, ys] = [vectors(features, row), vectors(other, row)];
      const kernel = (as: number[][], bs: number[][]) =>
        mean(as.flatMap((a) => bs.map((b) => inner(a, b) ** 2)));
      const discrepancy = kernel(xs, xs) + kernel(ys, ys) - 2 * kernel(xs, ys);
      t.true(isClose(loss.data[row], discrepancy / channels ** 2, 1e-5), `row ${row}`);

      const expected = xs.flatMap((x) =>
        x.map((_, c) => {
          const pull = (others: number[][]) => mean(others.map((y) => inner(x, y) * y[c]));
          return (4 * (pull(xs) - pull(ys))) / positions / channels ** 2;
        }),
      );
      const difference = relativeDifference(rowOf(gradient, row), Float32Array.from(expected));
      t.true(difference < 1e-5, `gradient of row ${row}: ${difference}`);
    }
  });

  test(`${engine.name}: the scaled Gram loss is 0 at its target and 1 for zero features`, async (t) => {
    const own = await execute(engine, lossAndGradient, { features, other: features });
    t.deepEqual([...own.loss.data], [0, 0]);
    t.true(own.gradient.data.every((value) => value === 0));
    const nothing = { data: new Float32Array(features.data.length), shape: features.shape };
    const { loss, scale } = await execute(engine, lossAndGradient, { features: nothing, other });
    for (const row of [0, 1]) t.true(isClose(loss.data[row] / scale.data[row], 1, 1e-6));
  });

  test(`${engine.name}: the scale is the mean square of the target, with a lower bound`, async (t) => {
    const { scale } = await execute(engine, lossAndGradient, { features, other });
    for (const row of [0, 1]) {
      const target = plainGram({
        height: 3,
        width: 7,
        channels,
        data: Float64Array.from(rowOf(other, row)),
      });
      t.true(isClose(scale.data[row], meanSquare(target), 1e-5));
    }
    const nothing = { data: new Float32Array(other.data.length), shape: other.shape };
    const flat = await execute(engine, lossAndGradient, { features, other: nothing });
    for (const value of flat.scale.data) t.true(isClose(value, 1e-4, 1e-6));
  });
}
