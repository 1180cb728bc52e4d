import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type Engine, type HostTensor, type Named } from '../../src/engine/index.js';
import { adam } from '../../src/train/optimizers/adam.js';
import type { TrainingOptimizer } from '../../src/train/optimizers/optimizer.js';
import { createTrainer, type StepReport, type TrainingTask } from '../../src/train/trainer.js';
import { relativeDifference } from '../engine/support.js';
import { classifier, classifierBatch } from './classifier.js';

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });

async function reportsOf(engine: Engine, steps: number): Promise<StepReport[]> {
  const trainer = await createTrainer(engine, classifier);
  const reports: StepReport[] = [];
  for (let step = 0; step < steps; step++) reports.push(await trainer.step(classifierBatch(step), 0.01));
  trainer.dispose();
  return reports;
}

test('a classifier learns, along the same curve as on the backend of TF.js', async (t) => {
  const steps = 40;
  const [expected, actual] = [await reportsOf(reference, steps), await reportsOf(onnx, steps)];
  const losses = (reports: readonly StepReport[]) => Float32Array.from(reports, ({ loss }) => loss);
  t.true(relativeDifference(losses(actual), losses(expected)) < 1e-3);
  const last = actual.slice(-5).map(({ metrics }) => metrics.accuracy);
  t.true(Math.min(...last) > 0.9, `accuracies ${last}`);
  t.true(actual[0].loss > 1);
  t.is(tf.memory().numTensors, 0);
});

test('every parameter, moment and buffer is the same as on the reference engine', async (t) => {
  const states = [];
  for (const engine of [reference, onnx]) {
    const trainer = await createTrainer(engine, classifier);
    for (let step = 0; step < 3; step++) await trainer.step(classifierBatch(step), 0.01);
    t.is(trainer.steps, 3);
    states.push(await trainer.state());
    trainer.dispose();
  }
  const [expected, actual] = states;
  const same = (a: Named<HostTensor>, b: Named<HostTensor>) => {
    t.deepEqual(Object.keys(a), Object.keys(b));
    for (const [name, { shape, data }] of Object.entries(b)) {
      t.deepEqual(a[name].shape, shape, name);
      t.true(relativeDifference(a[name].data, data) < 1e-3, name);
    }
  };
  same(actual.parameters, expected.parameters);
  same(actual.buffers, expected.buffers);
  for (const name of ['mean', 'square']) same(actual.moments[name], expected.moments[name]);
});

test('evaluation changes nothing and leaves the buffers', async (t) => {
  const trainer = await createTrainer(onnx, classifier);
  await trainer.step(classifierBatch(0), 0.01);
  const before = await trainer.state();
  const evaluated = await trainer.evaluate(classifierBatch(1));
  t.deepEqual(await trainer.state(), before);
  t.is((await trainer.step(classifierBatch(1), 0.01)).loss.toFixed(5), evaluated.loss.toFixed(5));
  trainer.dispose();
});

/** Minimizes the squares of w - target, with a vector and a matrix. */
const quadratic = (optimizer: TrainingOptimizer): TrainingTask => ({
  parameters: {
    w: { data: Float32Array.of(1, -2), shape: [1, 2] },
    b: { data: Float32Array.of(3), shape: [1] },
  },
  batch: { target: [1] },
  optimizer,
  loss: ({ parameters: { w, b }, batch: { target } }) => ({
    loss: tf.add(tf.sum(tf.square(tf.sub(w, target))), tf.sum(tf.square(tf.sub(b, target)))),
  }),
});

const rate = 0.1;

/** Plain Adam in double precision. */
function plainAdam(w: number, target: number, steps: number, weightDecay: number): number {
  let [value, mean, square] = [w, 0, 0];
  for (let step = 1; step <= steps; step++) {
    const gradient = 2 * (value - target);
    mean = 0.9 * mean + 0.1 * gradient;
    square = 0.999 * square + 0.001 * gradient ** 2;
    const change = mean / (1 - 0.9 ** step) / (Math.sqrt(square / (1 - 0.999 ** step)) + 1e-8);
    value = value * (1 - rate * weightDecay) - rate * change;
  }
  return value;
}

const optimizers = {
  adam: [adam(), 0],
  'adam with weight decay': [adam({ weightDecay: 0.3 }), 0.3],
} as const;

for (const [name, [optimizer, weightDecay]] of Object.entries(optimizers)) {
  test(`${name} matches the algorithm in double precision; only matrices decay`, async (t) => {
    for (const engine of [reference, onnx]) {
      const trainer = await createTrainer(engine, quadratic(optimizer));
      for (let step = 0; step < 7; step++) {
        await trainer.step({ target: { data: Float32Array.of(0.5), shape: [1] } }, rate);
      }
      const { parameters } = await trainer.state();
      const expected = [plainAdam(1, 0.5, 7, weightDecay), plainAdam(-2, 0.5, 7, weightDecay)];
      t.true(relativeDifference(parameters.w.data, Float32Array.from(expected)) < 1e-5);
      t.true(Math.abs(parameters.b.data[0] - plainAdam(3, 0.5, 7, 0)) < 1e-5);
      trainer.dispose();
    }
  });
}

test('an input of another shape is refused', async (t) => {
  const trainer = await createTrainer(onnx, quadratic(adam()));
  const error = await t.throwsAsync(
    trainer.step({ target: { data: Float32Array.of(1, 2), shape: [2] } }, rate),
  );
  t.like(error, { code: 'shape-mismatch' });
});

test('a parameter that the loss does not use is named', async (t) => {
  const task = quadratic(adam());
  const unused = {
    ...task,
    parameters: { ...task.parameters, idle: { data: new Float32Array(1), shape: [1] } },
  };
  for (const engine of [reference, onnx]) {
    const trained = createTrainer(engine, unused).then((trainer) =>
      trainer.step({ target: { data: Float32Array.of(0.5), shape: [1] } }, rate),
    );
    const error = await t.throwsAsync(trained);
    t.like(error, { code: 'engine-failed' });
    t.regex(error?.message ?? '', /does not depend on the parameter "idle"/);
  }
  t.is(tf.memory().numTensors, 0);
});

test('a state of another task or optimizer is refused', async (t) => {
  const trainer = await createTrainer(onnx, quadratic(adam()));
  const state = await trainer.state();
  const other = { ...adam(), moments: ['mean'] };
  await t.throwsAsync(createTrainer(onnx, quadratic(other), state), { message: /moments \[mean,square\]/ });
  const { b, ...rest } = state.parameters;
  await t.throwsAsync(createTrainer(onnx, quadratic(adam()), { ...state, parameters: rest }), {
    message: /parameter "b" is missing/,
  });
  const wider = { data: new Float32Array(2), shape: [2] };
  await t.throwsAsync(
    createTrainer(onnx, quadratic(adam()), { ...state, parameters: { ...state.parameters, b: wider } }),
    { message: /parameter "b" has shape \[2\], not \[1\]/ },
  );
  t.deepEqual(b.shape, [1]);
});
