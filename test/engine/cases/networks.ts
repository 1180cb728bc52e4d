/** Convolutions, pooling, matrix products, resizing and Gram matrices. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../src/engine/index.js';
import { type Case, type Draw, withGradients } from '../support.js';

type Image = tf.Tensor4D;
type Pad =
  | number
  | 'valid'
  | 'same'
  | [[number, number], [number, number], [number, number], [number, number]];

const convolutions: readonly { size?: Shape; kernel?: Shape; stride: number | [number, number]; pad: Pad }[] =
  [
    { stride: 1, pad: 'same' },
    { stride: 1, pad: 'valid' },
    { stride: 1, pad: 2 },
    {
      stride: 1,
      pad: [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ],
    },
    { stride: 1, pad: 'same', kernel: [5, 1, 3, 4] },
    { stride: 1, pad: 'same', kernel: [1, 1, 3, 4] },
    { stride: 1, pad: 'same', kernel: [4, 2, 3, 4] },
    { stride: 1, pad: 4 },
    { stride: 2, pad: 'same' },
    { stride: 2, pad: 'same', size: [2, 9, 7, 3] },
    { stride: 2, pad: 'valid' },
    { stride: 2, pad: 1 },
    { stride: [2, 1], pad: 'same' },
    { stride: 3, pad: 'valid', kernel: [2, 2, 3, 4] },
  ];

const pools: readonly {
  size?: Shape;
  window: number | [number, number];
  stride: number | [number, number];
  pad: Pad;
}[] = [
  { window: 2, stride: 2, pad: 'valid' },
  { window: 2, stride: 2, pad: 'valid', size: [2, 7, 9, 3] },
  { window: 2, stride: 2, pad: 'same', size: [2, 7, 9, 3] },
  { window: 3, stride: 2, pad: 'valid' },
  { window: 3, stride: 2, pad: 'same' },
  { window: 3, stride: 1, pad: 'same' },
  { window: 3, stride: 3, pad: 1 },
  { window: [2, 3], stride: [1, 2], pad: 'valid' },
  { window: 1, stride: 2, pad: 'valid' },
];

const describe = (entry: object): string => JSON.stringify(entry).replaceAll('"', '');

const convolutionCases: Case[] = convolutions.map((entry) => ({
  name: `conv2d ${describe(entry)} and its gradients`,
  inputs: { x: entry.size ?? [2, 8, 10, 3], filter: entry.kernel ?? [3, 3, 3, 4] },
  fn: withGradients(({ x, filter }) =>
    tf.conv2d(x as Image, filter as Image, entry.stride, entry.pad as number),
  ),
}));

/** TF.js's gradient of average pooling divides by the full window size, even at the border. */
const poolCases: Case[] = pools.flatMap((entry) => [
  ...(['signed', 'tied'] as Draw[]).map((draw) => ({
    name: `maxPool ${describe(entry)} of ${draw} numbers and its gradient`,
    inputs: { x: entry.size ?? [2, 8, 10, 3] },
    draws: { x: draw },
    fn: withGradients(({ x }) => tf.maxPool(x as Image, entry.window, entry.stride, entry.pad as number)),
  })),
  {
    name: `avgPool ${describe(entry)} and its gradient`,
    inputs: { x: entry.size ?? [2, 8, 10, 3] },
    fn: withGradients(({ x }) => tf.avgPool(x as Image, entry.window, entry.stride, entry.pad as number)),
  },
]);

const products: readonly (readonly [Shape, Shape, boolean, boolean])[] = [
  [[3, 4], [4, 5], false, false],
  [[4, 3], [4, 5], true, false],
  [[3, 4], [5, 4], false, true],
  [[4, 3], [5, 4], true, true],
  [[2, 3, 4], [2, 4, 5], false, false],
  [[2, 4, 3], [2, 4, 5], true, false],
  [[2, 2, 3, 4], [2, 2, 5, 4], false, true],
];

const productCases: Case[] = products.map(([a, b, flipA, flipB]) => ({
  name: `matMul [${a}]${flipA ? "'" : ''} [${b}]${flipB ? "'" : ''} and its gradients`,
  inputs: { a, b },
  fn: withGradients((inputs) => tf.matMul(inputs.a, inputs.b, flipA, flipB)),
}));

function gram(features: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = features.shape;
  const flat = tf.reshape(features, [
    batch as number,
    (height as number) * (width as number),
    channels as number,
  ]);
  return tf.div(tf.matMul(flat, flat, true, false), (height as number) * (width as number));
}

const resizers = {
  resizeBilinear: tf.image.resizeBilinear,
  resizeNearestNeighbor: tf.image.resizeNearestNeighbor,
};

/**
 * TF.js's CPU gradients are correct only for a single square image. Otherwise they mix up height and width, or the
 * images of a batch; `gradients.test.ts` tests those cases against finite differences.
 */
const resizeCases: Case[] = Object.entries(resizers).flatMap(([name, resize]) =>
  [16, 5].flatMap((size) => [
    ...[false, true].map((align) => ({
      name: `${name} to ${size}${align ? ', corners aligned' : ''} and its gradient`,
      inputs: { x: [1, 8, 8, 3] },
      fn: withGradients(({ x }) => resize(x as Image, [size, size], align)),
    })),
    {
      name: `${name} to ${size}x7, pixels centered`,
      inputs: { x: [2, 8, 10, 3] },
      fn: ({ x }: Named<tf.Tensor>) => ({ value: resize(x as Image, [size, 7], false, true) }),
    },
  ]),
);

const others: Case[] = [
  ...(['signed', 'tied'] as Draw[]).map((draw) => ({
    name: `maxPool of ${draw} numbers in channels-last layout and its gradient`,
    inputs: { x: [2, 48, 5] },
    draws: { x: draw },
    fn: withGradients(({ x }) => tf.maxPool(tf.reshape(x, [2, 6, 8, 5]) as Image, 2, 2, 'valid')),
  })),
  {
    name: 'conv2d with dilation',
    inputs: { x: [2, 8, 10, 3], filter: [3, 3, 3, 4] },
    fn: ({ x, filter }) => ({ value: tf.conv2d(x as Image, filter as Image, 1, 'same', 'NHWC', [2, 2]) }),
  },
  {
    name: 'conv2dTranspose and its gradients',
    inputs: { x: [2, 4, 5, 3], filter: [3, 3, 4, 3] },
    fn: withGradients(({ x, filter }) =>
      tf.conv2dTranspose(x as Image, filter as Image, [2, 8, 10, 4], 2, 'same'),
    ),
  },
  ...(['same', 'valid'] as const).map((pad) => ({
    name: `depthwiseConv2d with padding ${pad} and its gradient`,
    inputs: { x: [2, 8, 10, 3] },
    fn: withGradients(({ x }) =>
      tf.depthwiseConv2d(x as Image, tf.tensor(numbers, [3, 3, 3, 2]) as Image, 1, pad),
    ),
  })),
  {
    name: 'fused conv2d',
    inputs: { x: [2, 8, 10, 3], filter: [3, 3, 3, 4], bias: [4] },
    fn: ({ x, filter, bias }) => ({
      value: tf.fused.conv2d({
        x: x as Image,
        filter: filter as Image,
        strides: 1,
        pad: 'same',
        bias,
        activation: 'relu',
      }),
    }),
  },
  {
    name: 'fused matMul',
    inputs: { a: [3, 4], b: [4, 5], bias: [5] },
    fn: ({ a, b, bias }) => ({ value: tf.fused.matMul({ a, b, bias, activation: 'sigmoid' }) }),
  },
  {
    name: 'Gram matrix and its gradient',
    inputs: { x: [2, 4, 5, 6] },
    fn: withGradients(({ x }) => gram(tf.relu(x))),
  },
  {
    name: 'Gram matrix of centered features and its gradient',
    inputs: { x: [2, 4, 5, 6] },
    fn: withGradients(({ x }) => gram(tf.sub(x, tf.mean(x, [1, 2], true)))),
  },
  {
    name: 'Gram matrix of channels-first features and its gradient',
    inputs: { x: [2, 4, 5, 6] },
    fn: withGradients(({ x }) => {
      const flat = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [2, 6, 20]);
      return tf.matMul(flat, flat, false, true);
    }),
  },
  {
    name: 'whitened features and their gradients',
    inputs: { x: [2, 4, 5, 6], w: [2, 6, 6] },
    fn: withGradients(({ x, w }) =>
      tf.add(x, tf.reshape(tf.matMul(tf.reshape(x, [2, 20, 6]), w), [2, 4, 5, 6])),
    ),
  },
  {
    name: 'mixed layouts and their gradients',
    inputs: { x: [2, 4, 4, 4], k: [4, 4, 4] },
    fn: withGradients(({ x, k }) => {
      const turned = tf.transpose(x, [0, 2, 1, 3]);
      const rows = tf.reshape(tf.reshape(x, [2, 64]), [2, 4, 4, 4]);
      return tf.add(tf.mul(turned, x), tf.mul(tf.add(rows, k), tf.transpose(k, [2, 0, 1])));
    }),
  },
];

const numbers = Float32Array.from({ length: 54 }, (_, index) => Math.sin(3 * index));

/** All cases in this file. */
export const networkCases: Case[] = [
  ...convolutionCases,
  ...poolCases,
  ...productCases,
  ...resizeCases,
  ...others,
];
