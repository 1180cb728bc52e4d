import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createEngine } from '../../src/engine/index.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import type { CurvePoint } from '../../src/train/curve.js';
import { cosineRate } from '../../src/train/schedules.js';
import { type TrainOptions, train } from '../../src/train/train.js';
import { createTrainer } from '../../src/train/trainer.js';
import { filesBelow, temporaryFolder } from '../dataset/support.js';
import { classifier, classifierBatch } from './classifier.js';

const engine = await createEngine('onnx', { threads: 1 });
const steps = 9;
const schedule = cosineRate({ peak: 0.01, steps, warmUp: 2 });

/** Trains in a folder, from its checkpoint if it has one. */
async function run(folder: string, options: Partial<TrainOptions> = {}): Promise<void> {
  const path = join(folder, 'training.safetensors');
  const trainer = await createTrainer(engine, classifier, await readCheckpoint(path));
  try {
    await train({
      trainer,
      batches: classifierBatch,
      steps,
      schedule,
      checkpoint: { path, every: 2 },
      curve: join(folder, 'curve.jsonl'),
      ...options,
    });
  } finally {
    trainer.dispose();
  }
}

const bytesIn = (folder: string) =>
  Promise.all(['training.safetensors', 'curve.jsonl'].map((name) => readFile(join(folder, name))));

test('a training that stops and continues gives the same bytes as one that does not', async (t) => {
  const [whole, stopped] = [await temporaryFolder(t), await temporaryFolder(t)];
  await run(whole);
  const stop = new AbortController();
  await run(stopped, { signal: stop.signal, onStep: ({ step }) => (step === 4 ? stop.abort() : undefined) });
  t.is((await readCheckpoint(join(stopped, 'training.safetensors')))?.step, 5);
  await run(stopped);
  t.deepEqual(await bytesIn(stopped), await bytesIn(whole));
  t.deepEqual(await filesBelow(stopped), ['curve.jsonl', 'training.safetensors']);
});

test('a training that dies after a checkpoint gives the same bytes, too', async (t) => {
  const [whole, died] = [await temporaryFolder(t), await temporaryFolder(t)];
  await run(whole);
  const dying = run(died, {
    onStep: ({ step }) => {
      if (step === 6) throw new Error('power failure');
    },
  });
  await t.throwsAsync(dying, { message: 'power failure' });
  t.is((await readCheckpoint(join(died, 'training.safetensors')))?.step, 6);
  await writeFile(join(died, 'curve.jsonl'), '{"step": 7, "lo', { flag: 'a' });
  await run(died);
  t.deepEqual(await bytesIn(died), await bytesIn(whole));
});

test('the curve has every step with its learning rate, loss and metrics', async (t) => {
  const folder = await temporaryFolder(t);
  await run(folder);
  const text = await readFile(join(folder, 'curve.jsonl'), 'utf8');
  const points = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CurvePoint);
  t.deepEqual(
    points.map(({ step, learningRate }) => [step, learningRate]),
    Array.from({ length: steps }, (_, step) => [step, schedule(step)]),
  );
  for (const { loss, metrics } of points) {
    t.true(loss > 0);
    t.deepEqual(Object.keys(metrics), ['accuracy']);
  }
});

test('a finished training is not touched', async (t) => {
  const folder = await temporaryFolder(t);
  await run(folder);
  const before = await bytesIn(folder);
  await run(folder, { batches: () => t.fail() as never });
  t.deepEqual(await bytesIn(folder), before);
});

test('a loss that is not finite ends the training and spares the checkpoint', async (t) => {
  const folder = await temporaryFolder(t);
  const broken = (step: number) => {
    const { images, labels } = classifierBatch(step);
    if (step === 3) images.data.fill(Number.NaN);
    return { images, labels };
  };
  const error = await t.throwsAsync(run(folder, { batches: broken }));
  t.like(error, { code: 'loss-diverged' });
  t.is((await readCheckpoint(join(folder, 'training.safetensors')))?.step, 2);
});

test('a checkpoint keeps every number; a missing one is undefined, a foreign one is refused', async (t) => {
  const path = join(await temporaryFolder(t), 'a', 'state.safetensors');
  t.is(await readCheckpoint(path), undefined);
  const data = Float32Array.of(Number.NaN, -0, 1e-45, 3.4e38, 0.1);
  const tensor = { data, shape: [1, 5] };
  const state = {
    step: 12,
    parameters: { 'a/b': tensor },
    buffers: { 'a/b': tensor },
    moments: { mean: { 'a/b': tensor } },
  };
  await writeCheckpoint(path, state);
  t.deepEqual(await readCheckpoint(path), state);
  await writeCheckpoint(path, { ...state, moments: {} });
  t.deepEqual(await readCheckpoint(path), { ...state, moments: {} });
  await writeFile(path, 'no checkpoint');
  t.like(await t.throwsAsync(readCheckpoint(path)), { code: 'weights-invalid' });
});
