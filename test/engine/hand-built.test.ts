/** Tests that the hand-built graph of the engine benchmark computes the same as the traced one. @module */
import test from 'ava';
import { InferenceSession } from 'onnxruntime-node';
import { channelsFirst, stepInputs } from '../../scripts/bench/engine.js';
import { handBuiltStep } from '../../scripts/bench/hand-built.js';
import { step, stepFlop, stepWeights } from '../../scripts/bench/vgg.js';
import { createEngine } from '../../src/engine/index.js';
import { restore } from '../../src/engine/onnx/tracing/axis-order.js';
import { execute, relativeDifference } from './support.js';

test('the hand-built step matches the traced one', async (t) => {
  const sizePx = 32;
  const weights = await stepWeights();
  const inputs = stepInputs(sizePx);
  const traced = await execute(await createEngine('onnx', { threads: 1 }), step, inputs, weights.tensors);
  const { bytes, externalData, inputs: names, outputs } = handBuiltStep(weights.tensors, sizePx);
  const session = await InferenceSession.create(bytes, {
    externalData,
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = Object.entries(inputs).map(([name, host]) => [names[name], channelsFirst(host)]);
  const results = await session.run(Object.fromEntries(feeds));
  const [loss, gradient] = [outputs.loss, outputs.gradient].map((name) => results[name].data as Float32Array);
  t.true(relativeDifference(loss, traced.loss.data) < 1e-5);
  const rows = restore(gradient, [1, sizePx, sizePx, 3], [0, 3, 1, 2]);
  t.true(relativeDifference(rows, traced.gradient.data) < 1e-4);
});

test('FLOP counts assume direct convolutions', (t) => {
  // conv1_1 takes 2 * 9 * 3 * 64 operations per pixel; the whole step at 256 px takes about 100 GFLOP.
  t.true(stepFlop(256) > 95e9 && stepFlop(256) < 105e9);
  t.is(stepFlop(512), 4 * stepFlop(256));
});
