/** Batches: how busy they are, and what happens when memory runs out. @module */
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { BatchLimits, isOutOfMemory } from '../../src/stylize/batch-limits.js';
import type { Stylized } from '../../src/stylize/stylizer.js';
import { isStep, onnx, request, stylizerOn } from './requests.js';
import { engineLike } from './support.js';

const outOfMemory = () =>
  new WildstyleError('engine-failed', 'Failed to allocate memory for requested buffer');

test('errors that mean that memory ran out', (t) => {
  for (const message of [
    'std::bad_alloc',
    'Failed to allocate memory for requested buffer of size 4096',
    'CUDA failure 2: out of memory ; GPU=0',
    'OOM when allocating: Resource exhausted',
    'Out of device memory',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0',
    'CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0',
    'Not enough memory resources are available to complete this operation.',
    'Exception(1) tid(2) 8007000E E_OUTOFMEMORY',
  ]) {
    t.true(isOutOfMemory(new Error(message)), message);
    t.true(isOutOfMemory(new WildstyleError('engine-failed', 'It failed.', { cause: new Error(message) })));
  }
  t.true(isOutOfMemory(new RangeError('Array buffer allocation failed')));
  for (const other of [
    new Error('Non-zero status code'),
    'out of memory',
    undefined,
    new RangeError('radix'),
  ])
    t.false(isOutOfMemory(other));
});

test('a kind of batch is halved down to one image', (t) => {
  const limits = new BatchLimits();
  t.is(limits.of('a', 8), 8);
  t.true(limits.halveAfter(outOfMemory(), 'a', 8));
  t.true(limits.halveAfter(outOfMemory(), 'a', 5));
  t.is(limits.of('a', 8), 2);
  t.is(limits.of('b', 8), 8);
  t.false(limits.halveAfter(new Error('other'), 'a', 2));
  t.false(limits.halveAfter(outOfMemory(), 'a', 1));
});

/** An engine that runs out of memory in a step, if the batch is larger than `fits`; `compiling`: already when it compiles. */
function small(fits: number, failingStep: number, compiling = false) {
  let step = 0;
  const batches: number[] = [];
  const engine = engineLike(onnx, {
    async compile(fn, inputs, constants) {
      if (!isStep(inputs)) return onnx.compile(fn, inputs, constants);
      const [batch] = inputs.image;
      batches.push(batch);
      if (compiling && batch > fits) throw outOfMemory();
      const compiled = await onnx.compile(fn, inputs, constants);
      return {
        outputs: compiled.outputs,
        dispose: () => compiled.dispose(),
        async run(values) {
          if (step++ >= failingStep && batch > fits) throw outOfMemory();
          return compiled.run(values);
        },
      };
    },
  });
  return { engine, batches };
}

const requests = () => [2, 4, 3, 5, 1, 3].map((steps, i) => request(1 + (i % 3), 11, { steps }));

test('memory that runs out in any step loses no item, and the results are those of a smaller batch', async (t) => {
  const expected = await Promise.all(requests().map((item) => stylizerOn(onnx, 1).stylize(item)));
  for (let failingStep = 0; failingStep < 5; failingStep++) {
    const { engine, batches } = small(1, failingStep);
    const stylizer = stylizerOn(engine, 4);
    const results = await Promise.all(requests().map((item) => stylizer.stylize(item)));
    t.deepEqual(batches, [4, 2, 1], `step ${failingStep}`);
    for (const [i, { steps, curve, image }] of results.entries()) {
      t.is(steps, expected[i].steps);
      t.is(curve.length, expected[i].curve.length, 'an item begins anew');
      t.deepEqual(image.data, expected[i].image.data, `step ${failingStep}, item ${i}`);
    }
    stylizer.dispose();
  }
});

test('memory that runs out while compiling halves the batch, too', async (t) => {
  const { engine, batches } = small(2, 0, true);
  const stylizer = stylizerOn(engine, 8);
  await Promise.all(requests().map((item) => stylizer.stylize(item)));
  t.deepEqual(batches, [8, 4, 2]);
});

test('a single image that does not fit is an error of that image alone', async (t) => {
  const stylizer = stylizerOn(small(0, 0).engine, 2);
  const outcomes = await Promise.allSettled(requests().map((item) => stylizer.stylize(item)));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  t.is(errors.length, 6);
  for (const error of errors) t.like(error, { code: 'engine-failed' });
});

test('rows of a batch are busy for more than 95 % of its steps, although items end at different times', async (t) => {
  let runs = 0;
  const engine = engineLike(onnx, {
    async compile(fn, inputs, constants) {
      const compiled = await onnx.compile(fn, inputs, constants);
      if (!isStep(inputs)) return compiled;
      const run: typeof compiled.run = (values) => {
        runs++;
        return compiled.run(values);
      };
      return { outputs: compiled.outputs, dispose: () => compiled.dispose(), run };
    },
  });
  const stylizer = stylizerOn(engine, 4);
  const items = Array.from({ length: 48 }, (_, i) =>
    request(1 + (i % 3), 11, { optimizer: 'adam', steps: 3 + ((7 * i) % 9) }),
  );
  const results: Stylized[] = await Promise.all(items.map((item) => stylizer.stylize(item)));
  const evaluations = results.reduce((sum, result) => sum + result.evaluations, 0);
  const share = evaluations / (4 * runs);
  t.log(`${(100 * share).toFixed(1)} % of ${4 * runs} rows`);
  t.true(share > 0.95, `${share}`);
});
