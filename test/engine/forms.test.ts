/** Forms that kernels choose for other devices, computed on this one. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  createEngine,
  type HostTensor,
  type Named,
  type Precision,
  type TensorFunction,
} from '../../src/engine/index.js';
import { onnxDevice } from '../../src/engine/onnx/devices.js';
import { serialize } from '../../src/engine/onnx/serialize.js';
import { arrange, boundaryLayout, permute, restore } from '../../src/engine/onnx/tracing/axis-order.js';
import { record } from '../../src/engine/onnx/tracing/capture.js';
import { smokeBounds } from '../../src/engine/smoke/smoke-test.js';
import { conformanceCases } from './cases/index.js';
import { drawn, execute, relativeDifference } from './support.js';

const reference = await createEngine('reference');

/** The operators of the graph that a device would run. */
function operators(device: string, fn: TensorFunction, inputs: Named<HostTensor>): Set<string> {
  const { graph } = record(fn, shapesOf(inputs), {}, onnxDevice(device).trace);
  return new Set(graph.nodes.map(({ operator }) => operator));
}

const shapesOf = (inputs: Named<HostTensor>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));

/** Runs the graph for a device on the CPU. */
async function onCpu(
  device: string,
  fn: TensorFunction,
  inputs: Named<HostTensor>,
  precision: Precision = 'float32',
) {
  const { trace } = onnxDevice(device, precision);
  const { graph, inputs: used, outputs } = record(fn, shapesOf(inputs), {}, trace);
  const { bytes, externalData } = serialize(graph);
  const session = await InferenceSession.create(bytes, { externalData, intraOpNumThreads: 1 });
  const feeds = used.map(({ name, edge }) => {
    const { data, shape } = inputs[name];
    const layout = boundaryLayout(shape.length);
    return [edge, new Tensor('float32', arrange(data, shape, layout), permute(shape, layout))];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    outputs.map(({ name, edge, shape }) => {
      const data = results[edge].data as Float32Array;
      return [name, restore(data, shape, boundaryLayout(shape.length))];
    }),
  );
}

const inOtherForms = conformanceCases.filter(({ name }) =>
  /^(sin|cos|tan|expm1|log1p|isNaN|depthwise|filter gradient)/.test(name),
);

test('the forms for WebGPU compute the same', async (t) => {
  t.true(inOtherForms.length > 20, `${inOtherForms.length}`);
  for (const entry of inOtherForms) {
    const inputs = drawn(entry);
    const expected = await execute(reference, entry.fn, inputs);
    const found = await onCpu('webgpu', entry.fn, inputs);
    for (const [name, { data }] of Object.entries(expected)) {
      const difference = relativeDifference(found[name], data);
      t.true(difference <= 1e-4, `${entry.name}, ${name}: ${difference}`);
    }
  }
});

test('what WebGPU lacks or computes wrongly is not in its graphs', (t) => {
  const x = { shape: [1, 8, 8, 6], data: new Float32Array(384) };
  const filter = { shape: [3, 3, 6, 4], data: new Float32Array(216) };
  const step: TensorFunction = (given) => {
    const image = tf.relu(tf.conv2d(given.x as tf.Tensor4D, given.filter as tf.Tensor4D, 1, 'same'));
    const flat = tf.reshape(image, [64, 4]);
    return { mask: tf.step(image), gram: tf.matMul(flat, flat, true, false) };
  };
  const onWebgpu = operators('webgpu', step, { x, filter });
  t.false(onWebgpu.has('FusedMatMul') || onWebgpu.has('HardSigmoid'), [...onWebgpu].join());
  t.true(onWebgpu.has('Pad'), 'six input channels are filled up to eight');
  t.false(operators('cuda', step, { x, filter }).has('Pad'));
});

test('on CPUs, products sum over leading axes', (t) => {
  const x = { shape: [1, 256, 32], data: new Float32Array(256 * 32) };
  const mean: TensorFunction = (given) => ({ mean: tf.mean(given.x, 1) });
  t.deepEqual(
    ['cpu', 'cuda'].map((device) => operators(device, mean, { x }).has('ReduceMean')),
    [false, true],
  );
});

const convolutions = conformanceCases.filter(({ name }) =>
  /^(conv2d|losses|objective|depthwise)/i.test(name),
);

test('convolutions in half precision are right within its bound, and not those of float32', async (t) => {
  t.true(convolutions.length > 10, `${convolutions.length}`);
  let worst = 0;
  for (const entry of convolutions) {
    const inputs = drawn(entry);
    const expected = await execute(reference, entry.fn, inputs);
    for (const [name, data] of Object.entries(await onCpu('cuda', entry.fn, inputs, 'float16'))) {
      const difference = relativeDifference(data, expected[name].data);
      t.true(difference < smokeBounds.float16, `${entry.name}, ${name}: ${difference}`);
      worst = Math.max(worst, difference);
    }
  }
  t.log(`${convolutions.length} cases, worst ${worst.toExponential(1)}`);
  t.true(worst > 1e-4, `${worst}`);
});

test('half precision neither overflows nor loses small numbers', async (t) => {
  const fn: TensorFunction = ({ x }) => {
    const filter = tf.fill([3, 3, 3, 4], 0.5) as tf.Tensor4D;
    return { y: tf.conv2d(x as tf.Tensor4D, filter, 1, 'same') };
  };
  for (const size of [1e5, 1e-9, 0]) {
    const x = { data: new Float32Array(2 * 4 * 4 * 3).fill(size).fill(1, 48), shape: [2, 4, 4, 3] };
    const { y } = await onCpu('cuda', fn, { x }, 'float16');
    const expected = (await execute(reference, fn, { x })).y.data;
    for (const rows of [y.subarray(0, 64), y.subarray(64)]) {
      const start = rows.byteOffset / 4 - y.byteOffset / 4;
      t.true(relativeDifference(rows, expected.subarray(start, start + 64)) < 2e-3, `${size}`);
    }
  }
});
