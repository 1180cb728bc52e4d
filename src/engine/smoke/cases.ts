/**
 * Small functions that use every kind of operator of a style transfer. Their results are known (`golden.ts`), so an engine
 * that computes something wrong without an error is found in a second.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named, Shape, TensorFunction } from '../engine.js';
import { sizeOf } from '../shape.js';

/** A function and the shapes of its inputs. */
export interface SmokeCase {
  readonly name: string;
  readonly inputs: Named<Shape>;
  readonly fn: TensorFunction;
}

/** Pseudorandom numbers in [-1, 1): the same on every platform. */
export function pattern(size: number, seed: number): Float32Array {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

/** The inputs of a case. */
export const smokeInputs = ({ inputs }: SmokeCase): Named<HostTensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, shape], index) => [
      name,
      { shape, data: pattern(sizeOf(shape), index + 1) },
    ]),
  );

const numberOfBins = 8;

/** Sums of the elements of an output, each times a pseudorandom sign and size: few numbers that depend on all elements. */
export function summary(data: Float32Array): number[] {
  const factors = pattern(data.length, 99);
  const bins: number[] = new Array(Math.min(numberOfBins, data.length)).fill(0);
  data.forEach((value, index) => {
    bins[index % bins.length] += value * factors[index];
  });
  return bins;
}

type Image = tf.Tensor4D;

const gram = (x: tf.Tensor): tf.Tensor => {
  const [batch, height, width, channels] = x.shape;
  const flat = tf.reshape(x, [batch, height * width, channels]);
  return tf.div(tf.matMul(flat, flat, true, false), height * width);
};

/** The sum of squares of a function, and its gradients. */
const valueAndGradients =
  (fn: (...inputs: tf.Tensor[]) => tf.Tensor, names: readonly string[]): TensorFunction =>
  (given) => {
    const value = (...inputs: tf.Tensor[]) => tf.sum(tf.square(fn(...inputs))) as tf.Scalar;
    const { value: total, grads } = tf.valueAndGrads(value)(names.map((name) => given[name]));
    return { total, ...Object.fromEntries(names.map((name, index) => [name, grads[index]])) };
  };

const convolution = (channels: number, strides: number, pad: 'same' | 'valid'): SmokeCase => ({
  name: `convolution with ${channels} channels and stride ${strides}, and its gradients`,
  inputs: { x: [2, 9, 7, channels], filter: [3, 3, channels, 8] },
  fn: valueAndGradients((x, filter) => tf.conv2d(x as Image, filter as Image, strides, pad), ['x', 'filter']),
});

/** Every case. */
export const smokeCases: readonly SmokeCase[] = [
  {
    name: 'losses of two convolutions with max pooling, and the gradient of the image',
    inputs: {
      image: [2, 16, 16, 3],
      a: [3, 3, 3, 8],
      b: [3, 3, 8, 16],
      gram: [2, 16, 16],
      content: [2, 8, 8, 16],
    },
    fn: ({ image, a, b, ...targets }) => {
      const loss = (x: tf.Tensor): tf.Scalar => {
        const first = tf.relu(tf.conv2d(x as Image, a as Image, 1, 'same'));
        const pooled = tf.maxPool(first as Image, 2, 2, 'valid');
        const second = tf.relu(tf.conv2d(pooled, b as Image, 1, 'same'));
        const content = tf.mean(tf.squaredDifference(second, targets.content));
        return tf.add(content, tf.mean(tf.squaredDifference(gram(second), targets.gram)));
      };
      const { value, grad } = tf.valueAndGrad(loss)(image);
      return { value, grad };
    },
  },
  convolution(6, 1, 'same'),
  convolution(4, 2, 'valid'),
  {
    name: 'transposed convolution',
    inputs: { x: [1, 5, 4, 6], filter: [3, 3, 4, 6] },
    fn: ({ x, filter }) => ({
      y: tf.conv2dTranspose(x as Image, filter as Image, [1, 10, 8, 4], 2, 'same'),
    }),
  },
  {
    name: 'average pooling of odd sizes, and its gradient',
    inputs: { x: [1, 7, 9, 4] },
    fn: valueAndGradients((x) => tf.avgPool(x as Image, 2, 2, 'valid'), ['x']),
  },
  {
    name: 'overlapping max pooling, and its gradient',
    inputs: { x: [1, 9, 7, 4] },
    fn: valueAndGradients((x) => tf.maxPool(x as Image, 3, 2, 'valid'), ['x']),
  },
  {
    name: 'bilinear resizing, and its gradient',
    inputs: { x: [1, 6, 6, 3] },
    fn: valueAndGradients((x) => tf.image.resizeBilinear(x as Image, [9, 9]), ['x']),
  },
  {
    name: 'border replication, and its gradient',
    inputs: { x: [1, 5, 6, 3] },
    fn: valueAndGradients(
      (x) =>
        tf.mirrorPad(
          x,
          [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          'symmetric',
        ),
      ['x'],
    ),
  },
  {
    name: 'matrix products and softmax, and their gradients',
    inputs: { a: [2, 5, 4], b: [2, 5, 6] },
    fn: valueAndGradients((a, b) => tf.softmax(tf.matMul(a, b, true, false)), ['a', 'b']),
  },
  {
    name: 'means, moments and maxima',
    inputs: { x: [2, 4, 5, 3] },
    fn: ({ x }) => {
      const { mean, variance } = tf.moments(x, [1, 2]);
      return { mean, variance, most: tf.max(x, [1, 2]), norm: tf.sqrt(tf.sum(tf.square(x), 3)) };
    },
  },
  {
    name: 'elementary functions',
    inputs: { x: [3, 11] },
    fn: ({ x }) => ({
      exp: tf.exp(x),
      log: tf.log(tf.add(tf.abs(x), 0.1)),
      log1p: tf.log1p(tf.mul(x, 1e-3)),
      expm1: tf.expm1(tf.mul(x, 1e-3)),
      tanh: tf.tanh(x),
      sin: tf.sin(tf.mul(x, 3)),
      pow: tf.pow(tf.abs(x), 1.5),
    }),
  },
  {
    name: 'masks and choices',
    inputs: { x: [2, 6, 3], y: [2, 6, 3] },
    fn: ({ x, y }) => ({
      step: tf.mul(tf.step(x), y),
      where: tf.where(tf.greater(x, y), x, tf.neg(y)),
      clip: tf.clipByValue(x, -0.5, 0.25),
      not: tf.cast(tf.logicalNot(tf.lessEqual(x, y)), 'float32'),
    }),
  },
];
