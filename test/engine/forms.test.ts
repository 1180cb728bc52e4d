/** Forms that kernels choose for other devices, computed on this one. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createEngine, type HostTensor, type Named, type TensorFunction } from '../../src/engine/index.js';
import { arrange, boundaryLayout, permute, restore } from '../../src/engine/onnx/axis-order.js';
import { record } from '../../src/engine/onnx/capture.js';
import { onnxDevice } from '../../src/engine/onnx/devices.js';
import { serialize } from '../../src/engine/onnx/serialize.js';
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
async function onCpu(device: string, fn: TensorFunction, inputs: Named<HostTensor>) {
  const { graph, inputs: used, outputs } = record(fn, shapesOf(inputs), {}, onnxDevice(device).trace);
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
