/** The smoke test: right engines pass it, and wrong ones do not. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { smokeCases } from '../../src/engine/smoke/cases.js';
import { smokeBoundOf, smokeBounds, smokeTest } from '../../src/engine/smoke/smoke-test.js';
import { installedEngines } from './support.js';

test('the reference engine has the known results', async (t) => {
  const result = await smokeTest(await createEngine('reference'), 1e-6);
  t.deepEqual(result.failures, []);
  t.is(result.passed, smokeCases.length);
});

for (const name of installedEngines) {
  test(`${name} passes`, async (t) => {
    const { failures, failed } = await smokeTest(await createEngine(name, { threads: 1 }));
    t.deepEqual(failures, []);
    t.is(failed, 0);
  });
}

test('the bound on CUDA allows for TensorFloat-32, unless it is off', (t) => {
  t.is(smokeBoundOf('cpu', 'float32', undefined), smokeBounds.float32);
  t.is(smokeBoundOf('webgpu', 'float32', undefined), smokeBounds.float32);
  t.is(smokeBoundOf('cuda:1', 'float32', '0'), smokeBounds.float32);
  // Operands of convolutions that are rounded to TensorFloat-32 change results by up to 3e-4.
  t.true(smokeBoundOf('cuda:1', 'float32', undefined) > 3e-4);
  t.true(smokeBoundOf('cuda', 'float32', undefined) < smokeBounds.float16);
  t.is(smokeBoundOf('cuda', 'float16', undefined), smokeBounds.float16);
});

/** An engine whose outputs are slightly wrong, or not there. */
function faulty(engine: Engine, spoil: (tensor: tf.Tensor) => tf.Tensor): Engine {
  return {
    ...engine,
    compile: (fn, inputs, weights) =>
      engine.compile(
        (given, constants) =>
          Object.fromEntries(Object.entries(fn(given, constants)).map(([name, y]) => [name, spoil(y)])),
        inputs,
        weights,
      ),
  };
}

test('results that are wrong by a thousandth are found in every case', async (t) => {
  const engine = faulty(await createEngine('reference'), (y) => tf.mul(y, 1.001));
  const { passed, failures, difference } = await smokeTest(engine);
  t.is(passed, 0);
  t.is(failures.length, smokeCases.length);
  t.true(difference > 9e-4 && difference < 2e-3, `${difference}`);
});

test('NaN is wrong', async (t) => {
  const engine = faulty(await createEngine('reference'), (y) => tf.div(y, tf.zerosLike(y)));
  t.is((await smokeTest(engine)).passed, 0);
});

test('an engine that throws fails, with its message', async (t) => {
  const engine = faulty(await createEngine('reference'), () => {
    throw new Error('out of order');
  });
  const { failed, failures } = await smokeTest(engine);
  t.is(failed, smokeCases.length);
  t.regex(failures[0].message, /out of order/);
});
