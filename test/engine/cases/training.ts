/** What training needs: gradients of weights, batch statistics, cross-entropy, and gradients of gradients. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../src/engine/index.js';
import { averagePool2x2, maxPool2x2 } from '../../../src/engine/pooling.js';
import { type Case, withGradients } from '../support.js';

type Image = tf.Tensor4D;

const describe = (entry: object): string => JSON.stringify(entry).replaceAll('"', '');

/** Shapes that take each form of the gradient of a filter. */
const filters: readonly {
  size: Shape;
  kernel: Shape;
  stride?: number | [number, number];
  pad?: 'same' | 'valid' | number;
}[] = [
  { size: [2, 8, 10, 3], kernel: [3, 3, 3, 4] },
  { size: [2, 8, 10, 3], kernel: [3, 3, 3, 64] },
  { size: [3, 6, 7, 8], kernel: [3, 3, 8, 5] },
  { size: [9, 3, 2, 8], kernel: [3, 3, 8, 8] },
  { size: [9, 3, 2, 16], kernel: [1, 1, 16, 8] },
  { size: [2, 8, 10, 6], kernel: [5, 3, 6, 4] },
  { size: [2, 8, 10, 6], kernel: [4, 2, 6, 4] },
  { size: [2, 8, 10, 16], kernel: [3, 3, 16, 32] },
  { size: [2, 9, 7, 32], kernel: [3, 3, 32, 16], stride: 2 },
  { size: [1, 8, 10, 6], kernel: [3, 3, 6, 4], pad: 'valid' },
  { size: [2, 8, 10, 6], kernel: [3, 3, 6, 4], pad: 2 },
  { size: [2, 9, 7, 6], kernel: [3, 3, 6, 4], stride: 2 },
  { size: [9, 9, 7, 6], kernel: [3, 3, 6, 4], stride: [2, 1], pad: 'valid' },
  { size: [2, 8, 8, 6], kernel: [1, 1, 6, 4], stride: 2 },
  { size: [2, 2, 2, 6], kernel: [5, 5, 6, 4] },
  { size: [2, 24, 26, 64], kernel: [3, 3, 64, 96] },
  { size: [3, 13, 18, 96], kernel: [3, 3, 96, 64], pad: 'valid' },
];

const filterCases: Case[] = filters.map((entry) => ({
  name: `filter gradient ${describe(entry)}`,
  inputs: { x: entry.size, filter: entry.kernel },
  fn: withGradients(({ x, filter }) =>
    tf.conv2d(x as Image, filter as Image, entry.stride ?? 1, entry.pad ?? 'same'),
  ),
}));

const depthwiseCases: Case[] = (
  [
    { kernel: [3, 3, 3, 2], stride: 1, pad: 'same' },
    { kernel: [3, 3, 3, 1], stride: 1, pad: 'valid' },
    { kernel: [5, 3, 3, 1], stride: 2, pad: 'same' },
  ] as const
).map((entry) => ({
  name: `depthwiseConv2d ${describe(entry)} and its gradients`,
  inputs: { x: [2, 8, 10, 3], filter: entry.kernel },
  fn: withGradients(({ x, filter }) =>
    tf.depthwiseConv2d(x as Image, filter as Image, entry.stride, entry.pad),
  ),
}));

function normalized(x: tf.Tensor, axes: number[]): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
}

const layerCases: Case[] = [
  {
    name: 'dense layer and its gradients',
    inputs: { x: [6, 5], weight: [5, 4], bias: [4] },
    fn: withGradients(({ x, weight, bias }) =>
      tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias)),
    ),
  },
  ...[3, 16].map((channels) => ({
    name: `convolution of ${channels} channels with a bias and its gradients`,
    inputs: { x: [2, 6, 5, channels], filter: [3, 3, channels, 16], bias: [16] },
    fn: withGradients(({ x, filter, bias }: Named<tf.Tensor>) => {
      const convolved = tf.conv2d(x as Image, filter as Image, 1, 'same');
      return tf.mul(tf.relu(tf.add(convolved, bias)), tf.sigmoid(convolved));
    }),
  })),
  {
    name: 'normalization by batch statistics and its gradients',
    inputs: { x: [4, 3, 5, 6], scale: [6], offset: [6] },
    fn: withGradients(({ x, scale, offset }) => tf.add(tf.mul(normalized(x, [0, 1, 2]), scale), offset)),
  },
  {
    name: 'normalization of a convolution by batch statistics and its gradients',
    inputs: { x: [4, 6, 5, 3], filter: [3, 3, 3, 6], scale: [6], offset: [6] },
    fn: withGradients(({ x, filter, scale, offset }) =>
      tf.relu(
        tf.add(
          tf.mul(normalized(tf.conv2d(x as Image, filter as Image, 1, 'same'), [0, 1, 2]), scale),
          offset,
        ),
      ),
    ),
  },
  {
    name: 'batchNorm with batch statistics and its gradients',
    inputs: { x: [4, 3, 5, 6], scale: [6], offset: [6] },
    fn: withGradients(({ x, scale, offset }) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(
        x as Image,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      );
    }),
  },
  {
    name: 'batchNorm with given statistics and its gradient',
    inputs: { x: [4, 3, 5, 6] },
    fn: withGradients(({ x }) =>
      tf.batchNorm(x as Image, tf.range(1, 7), tf.range(2, 8), tf.range(0, 6), tf.range(3, 9)),
    ),
  },
  {
    name: 'constant integers as floats',
    inputs: { x: [6, 5] },
    fn: ({ x }) => ({ value: tf.mul(x, labels(6, 5)) }),
  },
  {
    name: 'softmaxCrossEntropy of constant labels and its gradient',
    inputs: { logits: [6, 5] },
    fn: withGradients(({ logits }) => tf.losses.softmaxCrossEntropy(labels(6, 5), logits)),
  },
  {
    name: 'cross-entropy by logSoftmax and its gradient',
    inputs: { logits: [6, 5] },
    fn: withGradients(({ logits }) =>
      tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels(6, 5)), 1))),
    ),
  },
  {
    name: 'global average pooling, dense layer, cross-entropy and their gradients',
    inputs: { x: [4, 3, 5, 6], weight: [6, 5] },
    fn: withGradients(({ x, weight }) =>
      tf.losses.softmaxCrossEntropy(
        labels(4, 5),
        tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, weight as tf.Tensor2D),
      ),
    ),
  },
  ...Object.entries({ averagePool2x2, maxPool2x2 }).flatMap(([name, pool]) =>
    [
      [2, 6, 8, 3],
      [2, 7, 5, 3],
    ].map((size) => ({
      name: `${name} of [${size}] and its gradient`,
      inputs: { x: size },
      fn: withGradients(({ x }: Named<tf.Tensor>) => pool(x as Image)),
    })),
  ),
];

const labels = (rows: number, classes: number): tf.Tensor2D =>
  tf.oneHot(
    tf.tensor1d(
      Array.from({ length: rows }, (_, row) => (3 * row + 1) % classes),
      'int32',
    ),
    classes,
  ) as tf.Tensor2D;

type SmallNetwork = (x: tf.Tensor, weights: Named<tf.Tensor>) => tf.Tensor;

const convolved = (x: tf.Tensor, weight: tf.Tensor, stride = 1): Image =>
  tf.conv2d(x as Image, tf.mul(weight, 0.2) as Image, stride, 'same');

/** Networks whose gradients with respect to the image are part of the loss. */
const networks: Readonly<Record<string, SmallNetwork>> = {
  'convolutions and biases': (x, { a, b, bias }) =>
    tf.square(convolved(tf.square(tf.add(convolved(x, a), bias)), b)),
  'convolutions and ReLU': (x, { a, b, bias }) =>
    tf.square(convolved(tf.relu(tf.add(convolved(x, a), bias)), b)),
  'average pooling': (x, { a, b, bias }) =>
    tf.square(convolved(averagePool2x2(tf.relu(tf.add(convolved(x, a), bias)) as Image), b)),
  'max pooling': (x, { a, b, bias }) =>
    tf.square(convolved(maxPool2x2(tf.relu(tf.add(convolved(x, a), bias)) as Image), b)),
  'convolutions of stride 2': (x, { a, b, bias }) =>
    tf.square(convolved(tf.relu(tf.add(convolved(x, a, 2), bias)), b)),
  'Gram matrices': (x, { a, b, bias }) => {
    const features = convolved(averagePool2x2(tf.relu(tf.add(convolved(x, a), bias)) as Image), b);
    const flat = tf.reshape(tf.relu(features), [2, 12, 5]);
    return tf.square(tf.sub(tf.matMul(flat, flat, true, false), 0.5));
  },
};

/** Loss and gradients of || d/dx loss(net(x, W)) - g ||^2 with respect to the weights and g. */
const gradientMatching =
  (network: SmallNetwork) =>
  (given: Named<tf.Tensor>): tf.Scalar => {
    const { x, target, ...weights } = given;
    const gradient = tf.grad((image) => tf.mean(network(image, weights)))(x);
    return tf.sum(tf.square(tf.sub(tf.mul(gradient, 10), target)));
  };

/** The inputs of {@link gradientMatching}. */
export const matchingShapes: Named<Shape> = {
  x: [2, 6, 8, 3],
  target: [2, 6, 8, 3],
  a: [3, 3, 3, 4],
  b: [3, 3, 4, 5],
  bias: [4],
};

/** {@link gradientMatching} by the name of its network. */
export const matchings = Object.entries(networks).map(
  ([name, network]) => [name, gradientMatching(network)] as const,
);

const secondOrderCases: Case[] = matchings.map(([name, loss]) => ({
  name: `gradients of an image gradient: ${name}`,
  inputs: matchingShapes,
  fn: withGradients(loss),
}));

/** All cases in this file. */
export const trainingCases: Case[] = [...filterCases, ...depthwiseCases, ...layerCases, ...secondOrderCases];
