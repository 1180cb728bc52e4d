import test from 'ava';
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import { jobSchema } from '../../src/job/schema.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import type { PlanItem } from '../../src/plan/item.js';
import { calibrationKey } from '../../src/run/estimate/calibration.js';
import { allocate, imagesTogether } from '../../src/run/estimate/machine.js';
import { estimateWorkload, pendingIn, workloadOf } from '../../src/run/estimate/workload.js';
import { deferred } from '../../src/run/pool/deferred.js';
import { ProgressCounter } from '../../src/run/progress/progress.js';
import { resolved } from '../stylize/support.js';

const auto = { workers: 'auto', threads: 'auto', batch: 'auto' } as const;
const large = { cores: 8, freeBytes: 64e9 };

test('with enough items, each core gets a process with one thread', (t) => {
  t.deepEqual(allocate(large, auto, 1000, 256), { workers: 8, threads: 1, batch: 1 });
  t.deepEqual(allocate({ cores: 1, freeBytes: 4e9 }, auto, 10, 256), {
    workers: 1,
    threads: 1,
    batch: 1,
  });
});

test('with few items, there are fewer processes with more threads', (t) => {
  t.deepEqual(allocate(large, auto, 3, 256), { workers: 3, threads: 2, batch: 1 });
  t.deepEqual(allocate(large, auto, 1, 256), { workers: 1, threads: 8, batch: 1 });
  t.deepEqual(allocate(large, auto, 0, 256), { workers: 1, threads: 8, batch: 1 });
});

test('small images are optimized in batches', (t) => {
  const batches = [32, 48, 64, 96, 97, 512].map((size) => allocate(large, auto, 1000, size).batch);
  t.deepEqual(batches, [8, 4, 2, 1, 1, 1]);
  t.is(allocate(large, auto, 16, 32).workers, 2, 'two batches of eight');
});

test('the batch size depends only on the shape of the images', (t) => {
  t.deepEqual(
    [32 * 32, 32 * 48, 64 * 64, 96 * 96, 256 * 192].map((pixels) => imagesTogether('auto', pixels)),
    [8, 6, 2, 1, 1],
  );
  t.is(imagesTogether(3, 256 * 192), 3);
  const mixed = allocate(large, auto, 1000, 256, 32 * 32);
  t.deepEqual(mixed, { workers: 8, threads: 1, batch: 8 }, 'one large image keeps no small ones apart');
});

test('with little memory, there are fewer processes, but at least one', (t) => {
  const workers = (freeBytes: number, size: number) =>
    allocate({ cores: 8, freeBytes }, auto, 1000, size).workers;
  t.true(workers(16e9, 512) < 8);
  t.true(workers(16e9, 512) > workers(16e9, 1024));
  t.is(workers(1e9, 4096), 1);
});

test('explicit settings override auto', (t) => {
  const wish = { workers: 3, threads: 5, batch: 7 };
  t.deepEqual(allocate(large, wish, 1, 4096), wish);
  t.deepEqual(allocate(large, { ...auto, workers: 16 }, 1000, 256), {
    workers: 16,
    threads: 1,
    batch: 1,
  });
});

const planned = (items: number, steps: number) => ({ items, stylized: items, steps });

test('progress: the remaining time is based on steps, the rate on images', (t) => {
  const counter = new ProgressCounter(planned(4, 200), 2, 1000);
  t.like(counter.at(1000), { doneItems: 0, elapsedMs: 0, remainingMs: undefined, itemsPerMinute: 0 });
  counter.addSteps({ steps: 50, pixelSteps: 500, ms: 400 });
  counter.addItem({ isFailed: false, isStylized: true });
  counter.addItem({ isFailed: true });
  t.deepEqual(counter.at(31_000), {
    doneItems: 2,
    failedItems: 1,
    totalItems: 4,
    doneStylized: 1,
    totalStylized: 4,
    doneSteps: 50,
    totalSteps: 200,
    elapsedMs: 30_000,
    remainingMs: 600,
    itemsPerMinute: 4,
    stylizedPerMinute: 2,
    workersBusy: 400 / 60_000,
  });
  t.deepEqual(counter.made, { steps: 50, pixelSteps: 500, ms: 400 });
  counter.addSteps({ steps: 250, pixelSteps: 2500, ms: 100 });
  t.like(
    counter.at(61_000),
    { remainingMs: 0, totalSteps: 300 },
    'restarts make more steps than were planned',
  );
});

test('steps that failed images, or those that ended early, do not need are removed from the total', (t) => {
  const counter = new ProgressCounter(planned(4, 200), 1, 0);
  counter.addItem({ isFailed: true, plannedSteps: 50 });
  counter.addSteps({ steps: 50, pixelSteps: 500, ms: 1000 });
  counter.addItem({ isFailed: false, plannedSteps: 50 });
  t.like(counter.at(2000), { doneSteps: 50, totalSteps: 150, remainingMs: 2000 });
  counter.addSteps({ steps: 20, pixelSteps: 200, ms: 400 });
  counter.addItem({ isFailed: false, isStylized: true, plannedSteps: 50, madeSteps: 20 });
  t.like(counter.at(3000), { doneSteps: 70, totalSteps: 120, remainingMs: 1000 });
  counter.addItem({ isFailed: true, plannedSteps: 50 });
  t.like(counter.at(3000), { doneSteps: 70, totalSteps: 70, doneItems: 4, failedItems: 2, remainingMs: 0 });
});

test('how busy workers are, also with methods that have no steps', (t) => {
  const counter = new ProgressCounter(planned(4, 0), 2, 0);
  counter.addItem({ isFailed: false, isStylized: true, elapsedMs: 3000 });
  t.like(counter.at(2000), { workersBusy: 0.75 });
  t.is(counter.computedMs, 3000);
  t.like(counter.at(1000), { workersBusy: 1 }, 'images of one batch overlap');
});

test('the remaining time assumes no more busy workers than items', (t) => {
  const counter = new ProgressCounter(planned(2, 30), 2, 0);
  counter.addSteps({ steps: 10, pixelSteps: 100, ms: 50 });
  t.is(counter.at(9000).remainingMs, 50);
  counter.addItem({ isFailed: false });
  t.is(counter.at(9000).remainingMs, 100);
});

test('progress without steps counts items', (t) => {
  const counter = new ProgressCounter({ items: 10, stylized: 0, steps: 0 }, 2, 0);
  for (let i = 0; i < 5; i++) counter.addItem({ isFailed: false });
  t.like(counter.at(2000), { remainingMs: 2000, itemsPerMinute: 150, stylizedPerMinute: 0 });
});

function item(id: string, input: RecipeInput, kind: 'stylized' | 'original' = 'stylized'): PlanItem {
  const entry = { path: `${id}.png`, sha256: id, bytes: 1 };
  const content = { ...entry, label: null };
  const recipe = resolved({ network: 'random', stages: [], ...input });
  const shared = { index: 0, id, file: `train/${id}.png`, label: null, split: 'train', group: id, recipe };
  return kind === 'original'
    ? { ...shared, kind, sources: { content } }
    : { ...shared, kind, sources: { content, style: { ...entry, folder: '' } }, replica: 0, seed: 1 };
}

const items = [
  item('a', { size: 100, steps: 9 }),
  item('b', { size: 200, steps: 4 }),
  item('c', { size: 100, steps: 100 }),
  item('d', { size: 100 }, 'original'),
];

test('a workload sums the pending items; steps are weighted by pixels, originals have none', (t) => {
  const workload = workloadOf(items, ({ id }) => id !== 'c');
  t.deepEqual(workload, {
    items: 3,
    stylized: 2,
    steps: 15,
    recipe: items[0].recipe,
    pixelSteps: 0.75 * (10 * 100 ** 2 + 5 * 200 ** 2),
    largestPixelSteps: 0.75 * 5 * 200 ** 2,
    largestSizePx: 200,
    smallestPixels: 100 * 32,
    pixels: 0.75 * (100 ** 2 + 200 ** 2 + 100 ** 2),
  });
  t.like(
    workloadOf(items, () => false),
    { items: 0, steps: 0, recipe: undefined },
  );
});

test('the estimate assumes no more busy workers than items', (t) => {
  const workload = workloadOf(items, ({ id }) => id !== 'c');
  const estimate = (workers: number) =>
    estimateWorkload(workload, { msPerPixel: 100 / 7500, workers, format: 'jpeg' });
  t.is(estimate(1).seconds, 3);
  t.is(estimate(2).seconds, 1.5);
  t.is(estimate(8).seconds, 1.5);
  t.true(estimate(1).bytes > workload.pixels * 0.1 && estimate(1).bytes < workload.pixels * 3);
});

test('items without a record are pending; failed items only when retried', (t) => {
  const records = new Map([
    ['a', { status: 'complete' } as ItemRecord],
    ['b', { status: 'failed' } as ItemRecord],
  ]);
  const ids = (retry: boolean) => items.filter(pendingIn(records, retry)).map(({ id }) => id);
  t.deepEqual(ids(false), ['c', 'd']);
  t.deepEqual(ids(true), ['b', 'c', 'd']);
});

test('the cache key of a step time contains exactly what the time depends on', (t) => {
  const { run } = jobSchema.parse({ content: { root: 'c' }, style: { root: 's' }, output: { root: 'o' } });
  const allocation = { workers: 2, threads: 1, batch: 1 };
  const recipe = (input: RecipeInput) => resolved({ network: 'random', ...input });
  const key = calibrationKey(recipe({}), allocation, run);
  t.is(calibrationKey(recipe({ steps: 7, style: { strength: 3 }, learningRate: 2 }), allocation, run), key);
  t.is(calibrationKey(recipe({}), allocation, { ...run, maxFailures: 3, weights: 'w' }), key);
  const others = [
    calibrationKey(recipe({ size: 512 }), allocation, run),
    calibrationKey(recipe({ fit: 'crop' }), allocation, run),
    calibrationKey(recipe({ optimizer: 'lbfgs' }), allocation, run),
    calibrationKey(recipe({ network: 'vgg19' }), allocation, run),
    calibrationKey(recipe({}), { ...allocation, threads: 2 }, run),
    calibrationKey(recipe({}), { ...allocation, workers: 1 }, run),
    calibrationKey(recipe({}), { ...allocation, batch: 2 }, run),
    calibrationKey(recipe({}), allocation, { ...run, engine: 'reference' }),
    calibrationKey(recipe({}), allocation, { ...run, device: 'cuda:0' }),
  ];
  t.is(new Set([key, ...others]).size, others.length + 1);
});

test('a rejected deferred promise that nothing awaits does not end the process', async (t) => {
  const { promise, reject } = deferred<void>();
  reject(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await t.throwsAsync(promise, { message: 'late' });
});
