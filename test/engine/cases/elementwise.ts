/** Elementwise kernels and their gradients. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../src/engine/index.js';
import { type Case, type Draw, withGradients } from '../support.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const smooth: Readonly<Record<string, readonly [Unary, Draw?]>> = {
  abs: [tf.abs],
  acos: [tf.acos, 'unit'],
  acosh: [(x) => tf.acosh(tf.add(x, 1.1)), 'positive'],
  asin: [tf.asin, 'unit'],
  asinh: [tf.asinh],
  atan: [tf.atan],
  atanh: [tf.atanh, 'unit'],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 1)],
  cos: [tf.cos],
  cosh: [tf.cosh],
  elu: [tf.elu],
  erf: [tf.erf],
  exp: [tf.exp],
  expm1: [tf.expm1],
  'expm1 near zero': [(x) => tf.expm1(tf.mul(x, 1e-6))],
  'expm1 of large numbers': [(x) => tf.expm1(tf.mul(x, 15))],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.1)],
  log: [tf.log, 'positive'],
  log1p: [tf.log1p, 'positive'],
  'log1p near zero': [(x) => tf.log1p(tf.mul(x, 1e-6))],
  'log1p of tiny numbers': [(x) => tf.log1p(tf.mul(x, 1e-9))],
  'log1p down to -0.9': [(x) => tf.log1p(x), 'unit'],
  'log1p of large numbers': [(x) => tf.log1p(tf.mul(x, 1e9)), 'positive'],
  logSigmoid: [tf.logSigmoid],
  neg: [tf.neg],
  reciprocal: [tf.reciprocal, 'positive'],
  relu: [tf.relu],
  'relu with zeros': [tf.relu, 'tied'],
  relu6: [(x) => tf.relu6(tf.mul(x, 5))],
  rsqrt: [tf.rsqrt, 'positive'],
  selu: [tf.selu],
  sigmoid: [tf.sigmoid],
  sin: [tf.sin],
  sinh: [tf.sinh],
  softplus: [tf.softplus],
  sqrt: [tf.sqrt, 'positive'],
  square: [tf.square],
  tan: [tf.tan, 'unit'],
  tanh: [tf.tanh],
  'pow 2': [(x) => tf.pow(x, 2)],
  'pow 3': [(x) => tf.pow(x, 3)],
  'pow 0.5': [(x) => tf.pow(x, 0.5), 'positive'],
  'pow 1.7': [(x) => tf.pow(x, 1.7), 'positive'],
  'pow 1': [(x) => tf.pow(x, 1)],
  'pow 0': [(x) => tf.pow(x, 0)],
  'identities: x - 0, x / 1, x * 1, x + 0': [
    (x) => tf.add(tf.mul(tf.div(tf.sub(x, 0), 1), 1), tf.zerosLike(x)),
  ],
  'x * 0': [(x) => tf.mul(x, tf.zeros(x.shape))],
  '1 - x': [(x) => tf.sub(1, x)],
  '0 - x': [(x) => tf.sub(0, x)],
  '1 / x': [(x) => tf.div(1, x), 'positive'],
};

const stepped: Readonly<Record<string, readonly [Unary, Draw?]>> = {
  ceil: [tf.ceil],
  floor: [tf.floor],
  round: [tf.round],
  sign: [tf.sign, 'tied'],
  step: [(x) => tf.step(x)],
  'step with alpha': [(x) => tf.step(x, 0.25), 'tied'],
  isNaN: [(x) => tf.isNaN(tf.log(x))],
  isInf: [(x) => tf.isInf(tf.div(1, x)), 'tied'],
  isFinite: [(x) => tf.isFinite(tf.div(x, x)), 'tied'],
  logicalNot: [(x) => tf.logicalNot(tf.greater(x, 0))],
  'cast to int32': [(x) => tf.cast(x, 'int32')],
  'cast to bool': [(x) => tf.cast(x, 'bool'), 'tied'],
  'int32 arithmetic': [
    (x) => tf.add(tf.mul(tf.cast(x, 'int32'), tf.scalar(3, 'int32')), tf.scalar(1, 'int32')),
  ],
};

const binaries: Readonly<Record<string, readonly [Binary, Draw?]>> = {
  add: [tf.add],
  sub: [tf.sub],
  mul: [tf.mul],
  div: [tf.div, 'positive'],
  maximum: [tf.maximum],
  minimum: [tf.minimum],
  pow: [tf.pow, 'positive'],
  squaredDifference: [tf.squaredDifference],
};

/** Kernels whose gradients TF.js can compute with broadcasting. */
const repeating: readonly string[] = ['add', 'sub', 'mul', 'div', 'pow'];

const plainBinaries: Readonly<Record<string, readonly [Binary, Draw?]>> = {
  floorDiv: [tf.floorDiv, 'positive'],
  mod: [tf.mod],
  prelu: [tf.prelu],
  equal: [tf.equal, 'tied'],
  notEqual: [tf.notEqual, 'tied'],
  greater: [tf.greater, 'tied'],
  greaterEqual: [tf.greaterEqual, 'tied'],
  less: [tf.less, 'tied'],
  lessEqual: [tf.lessEqual, 'tied'],
  logicalAnd: [(a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))],
  logicalOr: [(a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))],
  logicalXor: [(a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0))],
};

/** Pairs of shapes of all ranks, with broadcast axes in front, at the end and in between. */
const pairings: readonly (readonly [Shape, Shape])[] = [
  [[], [2, 3]],
  [[5], [5]],
  [[5], [1]],
  [[4], [3, 4]],
  [
    [3, 1],
    [1, 4],
  ],
  [[2, 3, 4], [4]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 3, 4],
    [2, 1, 4],
  ],
  [[2, 3, 4, 5], []],
  [[2, 3, 4, 5], [5]],
  [
    [2, 3, 4, 5],
    [4, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 4, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [2, 1, 4, 1],
    [1, 3, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 4, 1],
  ],
];

const one = (fn: Unary) => (inputs: Named<tf.Tensor>) => fn(inputs.x);
const two = (fn: Binary) => (inputs: Named<tf.Tensor>) => fn(inputs.a, inputs.b);

const checks = (): tf.Tensor =>
  tf.tensor(
    Uint8Array.from({ length: 5 }, (_, index) => index % 2),
    [5],
    'bool',
  );

/** All cases in this file. */
export const elementwiseCases: Case[] = [
  ...Object.entries(smooth).map(([name, [fn, draw]]) => ({
    name: `${name} and its gradient`,
    inputs: { x: [2, 3, 4, 5] },
    draws: { x: draw ?? 'signed' },
    fn: withGradients(one(fn)),
  })),
  ...Object.entries(stepped).map(([name, [fn, draw]]) => ({
    name,
    inputs: { x: [2, 3, 4, 5] },
    draws: { x: draw ?? 'signed' },
    fn: (inputs: Named<tf.Tensor>) => ({ value: fn(inputs.x) }),
  })),
  ...Object.entries({ ...binaries, ...plainBinaries }).map(([name, [fn, draw]]) => ({
    name,
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 4, 5] },
    draws: { a: draw ?? 'signed', b: draw ?? 'signed' },
    fn: (inputs: Named<tf.Tensor>) => ({ value: fn(inputs.a, inputs.b) }),
  })),
  ...Object.entries(binaries).map(([name, [fn, draw]]) => ({
    name: `gradients of ${name}`,
    inputs: { a: [2, 3, 4, 5], b: repeating.includes(name) ? [4, 1] : [2, 3, 4, 5] },
    draws: { a: draw ?? 'signed', b: draw ?? 'signed' },
    fn: withGradients(two(fn)),
  })),
  ...pairings.flatMap(([a, b]) => [
    { name: `[${a}] - [${b}] and its gradients`, inputs: { a, b }, fn: withGradients(two(tf.sub)) },
    { name: `[${b}] * [${a}] and its gradients`, inputs: { a: b, b: a }, fn: withGradients(two(tf.mul)) },
  ]),
  {
    name: 'addN and its gradients',
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 4, 5], c: [2, 3, 4, 5] },
    fn: withGradients(({ a, b, c }) => tf.addN([a, b, c])),
  },
  {
    name: 'where and its gradients',
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 4, 5] },
    fn: withGradients(({ a, b }) => tf.where(checks(), a, tf.mul(b, 2))),
  },
  {
    name: 'where with a broadcast condition',
    inputs: { a: [3, 4, 2, 5], k: [3, 1, 1, 1] },
    fn: ({ a, k }) => ({ value: tf.where(tf.greater(k, 0), a, tf.zerosLike(a)) }),
  },
];
