/** Tests that large 3x3 convolutions use Winograd filtering, and that it computes the right result. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import {
  createEngine,
  type HostTensor,
  type Named,
  type Shape,
  type TensorFunction,
} from '../../src/engine/index.js';
import { record } from '../../src/engine/onnx/tracing/capture.js';
import { Constant } from '../../src/engine/onnx/tracing/symbol.js';
import { execute, probe, randomTensor, relativeDifference } from './support.js';

type Image = tf.Tensor4D;
type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });
const onnxOfTwo = await createEngine('onnx', { threads: 2 });

const convolution =
  (pad: Pad): TensorFunction =>
  ({ x }, { filter }) => {
    const convolve = (image: tf.Tensor): tf.Tensor =>
      tf.conv2d(image as Image, filter as Image, 1, pad as 'same');
    const gradient = tf.grad((image) => probe(tf.tanh(tf.mul(convolve(image), 0.1))))(x);
    return { convolved: convolve(x), gradient };
  };

const cases: readonly { shape: Shape; to: number; pad: Pad }[] = [
  { shape: [1, 32, 32, 128], to: 128, pad: 'same' },
  { shape: [2, 43, 42, 96], to: 128, pad: 'same' },
  { shape: [1, 41, 38, 128], to: 128, pad: 'valid' },
  {
    shape: [1, 42, 43, 128],
    to: 128,
    pad: [
      [0, 0],
      [2, 1],
      [0, 2],
      [0, 0],
    ],
  },
];

const weightsFor = (from: number, to: number): Named<HostTensor> => ({
  filter: randomTensor([3, 3, from, to], 3),
});

/** Counts the recorded nodes of each operator. */
function operators(shape: Shape, to: number, pad: Pad): Map<string, number> {
  const weights = Object.entries(weightsFor(shape[3], to)).map(([name, host]) => [
    name,
    new Constant(host.data, host.shape),
  ]);
  const { graph } = record(convolution(pad), { x: shape }, Object.fromEntries(weights));
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return counts;
}

for (const { shape, to, pad } of cases) {
  test(`[${shape}] to ${to} channels, padding ${JSON.stringify(pad)}, matches the reference`, async (t) => {
    const counts = operators(shape, to, pad);
    t.is(counts.get('Conv'), undefined, 'both directions use Winograd filtering');
    t.is(counts.get('FusedMatMul'), 2);
    const inputs = { x: randomTensor(shape, 4) };
    const weights = weightsFor(shape[3], to);
    const expected = await execute(reference, convolution(pad), inputs, weights);
    const actual = await execute(onnx, convolution(pad), inputs, weights);
    for (const [name, { data }] of Object.entries(expected)) {
      const difference = relativeDifference(actual[name].data, data);
      t.true(difference <= 3e-5, `${name}: relative difference ${difference}`);
    }
  });
}

test('a small convolution stays direct', (t) => {
  t.is(operators([1, 16, 16, 16], 16, 'same').get('Conv'), 2);
});

test('the bytes of a row do not depend on its position, the other rows or the number of threads', async (t) => {
  const [shape, to] = [[3, 24, 28, 96], 96];
  const weights = weightsFor(shape[3], to);
  const { data } = randomTensor(shape, 4);
  const size = data.length / 3;
  const other = randomTensor(shape, 5).data;
  other.set(data.subarray(0, size), 2 * size);
  // `probe` weights rows differently, so this uses a plain sum of squares.
  const fn: TensorFunction = ({ x }, { filter }) => {
    const loss = (image: tf.Tensor): tf.Tensor =>
      tf.sum(tf.square(tf.conv2d(image as Image, filter as Image, 1, 'same')));
    return { gradient: tf.grad(loss)(x) };
  };
  const rows = [];
  for (const engine of [onnx, onnxOfTwo]) {
    const first = await execute(engine, fn, { x: { data, shape } }, weights);
    const second = await execute(engine, fn, { x: { data: other, shape } }, weights);
    rows.push(first.gradient.data.slice(0, size), second.gradient.data.slice(2 * size));
  }
  for (const row of rows.slice(1)) t.deepEqual(row, rows[0]);
});
