/** Reshapes, slices, reductions and gathers. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../src/engine/index.js';
import { type Case, type Draw, withGradients } from '../support.js';

type Unary = (x: tf.Tensor) => tf.Tensor;

const image: Shape = [2, 3, 4, 5];

const rearranged: Readonly<Record<string, readonly [Unary, Shape?]>> = {
  'reshape to features': [(x) => tf.reshape(x, [2, 12, 5])],
  'reshape to rows': [(x) => tf.reshape(x, [2, -1])],
  'reshape to a vector': [(x) => tf.reshape(x, [120])],
  'reshape of a single image to features': [(x) => tf.reshape(x, [12, 5]), [1, 3, 4, 5]],
  'reshape and back': [(x) => tf.reshape(tf.mul(tf.reshape(x, [2, 12, 5]), 2), [2, 3, 4, 5])],
  'reshape across axes': [(x) => tf.reshape(x, [5, 4, 3, 2])],
  'reshape that adds axes of size 1': [(x) => tf.reshape(x, [2, 1, 12, 1, 5])],
  'expandDims and squeeze': [(x) => tf.squeeze(tf.expandDims(tf.squeeze(tf.expandDims(x, 1)), 0))],
  transpose: [(x) => tf.transpose(x)],
  'transpose to channels first': [(x) => tf.transpose(x, [0, 3, 1, 2])],
  'transpose of a matrix': [(x) => tf.transpose(x), [3, 4]],
  'transpose of rank 3': [(x) => tf.transpose(x, [1, 2, 0]), [2, 3, 4]],
  'transpose then reshape': [(x) => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [8, 15])],
  'transpose then sum': [(x) => tf.sum(tf.transpose(x, [3, 1, 0, 2]), [1])],
  tile: [(x) => tf.tile(x, [1, 2, 1, 3])],
  'tile along axes of size 1': [(x) => tf.tile(x, [3, 1, 2, 1]), [1, 4, 1, 5]],
  'broadcastTo and reshape': [(x) => tf.reshape(tf.broadcastTo(x, [2, 6, 4]), [2, 24]), [2, 1, 4]],
  'concat along channels': [(x) => tf.concat([x, tf.mul(x, 2)], 3)],
  'concat along rows': [(x) => tf.concat([x, tf.square(x), x], 1)],
  'concat with a constant': [(x) => tf.concat([tf.zeros([2, 3, 4, 1]), x, tf.ones([2, 3, 4, 2])], -1)],
  slice: [(x) => tf.slice(x, [0, 1, 0, 2], [2, 2, 3, 3])],
  'slice to the end': [(x) => tf.slice(x, [1, 1, 0, 0], [-1, -1, -1, -1])],
  'slice of a vector': [(x) => tf.slice(x, [2], [4]), [9]],
  'slice with plain numbers': [(x) => tf.slice(x, 1, 1)],
  'slice of a vector with plain numbers': [(x) => tf.slice(x, 1, 2), [9]],
  'slice with lists shorter than the rank': [(x) => tf.slice(x, [0, 1], [2, 1])],
  'slice without a size': [(x) => tf.slice(x, [1])],
  'split and multiply': [(x) => tf.mul(...(tf.split(x, 2, 2) as [tf.Tensor, tf.Tensor]))],
  'split into given sizes': [(x) => tf.split(x, [1, 3, 1], 3)[1]],
  stack: [(x) => tf.stack([x, tf.mul(x, 3)], 1)],
  unstack: [(x) => tf.add(tf.unstack(x, 3)[1], tf.unstack(x, 3)[4])],
  'reverse all axes': [(x) => tf.reverse(x)],
  'reverse columns': [(x) => tf.reverse(x, 2)],
  'reverse rows and channels': [(x) => tf.reverse(x, [1, 3])],
  pad: [
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 3],
        [1, 0],
      ]),
  ],
  'pad with a number': [
    (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [2, 1],
        ],
        7,
      ),
    [3, 4],
  ],
  'total variation': [
    (x) =>
      tf.add(
        tf.sum(
          tf.square(
            tf.sub(tf.slice(x, [0, 1, 0, 0], [-1, -1, -1, -1]), tf.slice(x, [0, 0, 0, 0], [-1, 2, -1, -1])),
          ),
        ),
        tf.sum(
          tf.abs(
            tf.sub(tf.slice(x, [0, 0, 1, 0], [-1, -1, -1, -1]), tf.slice(x, [0, 0, 0, 0], [-1, -1, 3, -1])),
          ),
        ),
      ),
  ],
};

const axesOfImages: readonly (number | number[] | undefined)[] = [
  undefined,
  0,
  3,
  -1,
  [1, 2],
  [1, 2, 3],
  [0, 3],
];
const reducers: Readonly<
  Record<string, (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor>
> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
};

const reductions: Case[] = Object.entries(reducers).flatMap(([name, fn]) =>
  axesOfImages.map((axis) => ({
    name: `${name} over ${axis ?? 'all'} and its gradient`,
    inputs: { x: image },
    fn: withGradients(({ x }) => fn(x, axis)),
  })),
);

const plain: Readonly<Record<string, readonly [Unary, Shape?, Draw?]>> = {
  'sum with keepDims': [(x) => tf.mul(x, tf.sum(x, [1, 2], true))],
  'sum of a broadcast tensor': [(x) => tf.sum(tf.broadcastTo(x, [2, 6, 4]), [1]), [2, 1, 4]],
  'mean of a tiled tensor': [(x) => tf.mean(tf.tile(x, [1, 6, 1]), [1, 2]), [2, 1, 4]],
  'mean over the positions of each item': [(x) => tf.mean(x, 1, true), [3, 128, 32]],
  'mean over many positions': [(x) => tf.mean(x, 1, true), [1, 256, 32]],
  'sum over several leading axes': [(x) => tf.sum(x, [0, 1]), [2, 128, 32]],
  'mean over trailing axes': [(x) => tf.mean(x, [1, 2]), [2, 64, 64]],
  'mean of integers': [(x) => tf.mean(tf.cast(x, 'int32'), [1])],
  'mean of booleans': [(x) => tf.mean(tf.greater(x, 0))],
  prod: [(x) => tf.prod(x, 1)],
  all: [(x) => tf.all(tf.greater(x, -1.5), 3)],
  any: [(x) => tf.any(tf.greater(x, 1.5), [1, 2])],
  argMax: [(x) => tf.argMax(x, 3), image, 'tied'],
  argMin: [(x) => tf.argMin(x, 1), image, 'tied'],
  moments: [(x) => tf.moments(x, [1, 2]).variance],
  logSumExp: [(x) => tf.logSumExp(x, -1)],
  'mirrorPad, reflect': [
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
          [1, 3],
          [0, 0],
        ],
        'reflect',
      ),
  ],
  'mirrorPad, symmetric': [
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
          [1, 4],
          [0, 0],
        ],
        'symmetric',
      ),
  ],
  stridedSlice: [(x) => tf.stridedSlice(x, [0, 2, 3, 0], [2, 0, 0, 5], [1, -1, -2, 2])],
  'stridedSlice that drops an axis': [
    (x) => tf.stridedSlice(x, [1, 0], [2, 3], [1, 1], 0, 0, 0, 0, 1),
    [3, 4],
  ],
  'gather with constant indices': [(x) => tf.gather(x, tf.tensor1d([4, 0, 0, 2], 'int32'), 3)],
  'gather with a matrix of indices': [
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [1, 0],
            [2, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
  ],
  'gather with computed indices': [(x) => tf.gather(x, tf.argMax(tf.reshape(x, [6, 4, 5]).sum([0]), 1), 3)],
  gatherND: [
    (x) =>
      tf.gatherND(
        x,
        tf.tensor2d(
          [
            [0, 1],
            [1, 2],
          ],
          [2, 2],
          'int32',
        ),
      ),
  ],
  scatterND: [(x) => tf.scatterND(tf.tensor2d([[1], [4], [1]], [3, 1], 'int32'), x, [6, 2]), [3, 2]],
  unsortedSegmentSum: [(x) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 2, 0, 1], 'int32'), 3), [4, 3]],
  oneHot: [(x) => tf.oneHot(tf.cast(x, 'int32'), 4), [5], 'whole'],
  'topk values': [(x) => tf.topk(x, 3).values],
  'topk indices': [(x) => tf.topk(x, 3).indices, [4, 7], 'tied'],
  cumsum: [(x) => tf.cumsum(x, 1)],
  'cumsum, exclusive and reversed': [(x) => tf.cumsum(x, 3, true, true)],
  einsum: [(x) => tf.einsum('bhwc,bhwd->bcd', x, tf.square(x))],
  range: [(x) => tf.mul(x, tf.range(0, 5))],
  'linspace and eye': [(x) => tf.mul(x, tf.mul(tf.linspace(0, 1, 4), tf.eye(4))), [4, 4]],
  'where with boolean values': [(x) => tf.where(tf.greater(x, 0), tf.less(x, 1), tf.less(x, -1))],
};

const differentiable: Readonly<Record<string, readonly [Unary, Shape?]>> = {
  softmax: [(x) => tf.softmax(x)],
  logSoftmax: [(x) => tf.logSoftmax(x)],
  moments: [(x) => tf.moments(x, [1, 2]).variance],
  cumsum: [(x) => tf.cumsum(x, 3)],
  gather: [(x) => tf.gather(x, tf.tensor1d([2, 0, 0], 'int32'), 1)],
  'square of a slice with plain numbers': [(x) => tf.square(tf.slice(x, 1, 1))],
  'square of a batched gather': [
    (x) => {
      const rows = [
        [1, 0],
        [2, 2],
      ];
      return tf.square(tf.gather(x, tf.tensor2d(rows, [2, 2], 'int32'), 1, 1));
    },
    [2, 3, 4],
  ],
  norm: [(x) => tf.norm(x, 'euclidean', [1, 2])],
  logSumExp: [(x) => tf.logSumExp(x, -1)],
};

const unary = ([fn, shape]: readonly [Unary, Shape?, Draw?]) => ({ inputs: { x: shape ?? image }, fn });

/** All cases in this file. */
export const structureCases: Case[] = [
  ...Object.entries({ ...rearranged, ...differentiable }).map(([name, entry]) => {
    const { inputs, fn } = unary(entry);
    return { name: `${name} and its gradient`, inputs, fn: withGradients(({ x }) => fn(x)) };
  }),
  ...reductions,
  ...Object.entries(plain).map(([name, entry]) => {
    const { inputs, fn } = unary(entry);
    return {
      name,
      inputs,
      draws: { x: entry[2] ?? 'signed' },
      fn: ({ x }: Named<tf.Tensor>) => ({ value: fn(x) }),
    };
  }),
  {
    name: 'outputs that are inputs, constants or duplicates',
    inputs: { x: image },
    fn: ({ x }) => ({ x, again: x, ones: tf.ones([2, 3, 4, 5]), zero: tf.scalar(0), square: tf.square(x) }),
  },
];
