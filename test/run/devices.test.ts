/** Several GPUs, and the batch that fills one. @module */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { devicesLike } from '../../src/engine/gpus.js';
import { type JobInput, jobSchema } from '../../src/job/schema.js';
import { devicesOf, gpuCount, wishOf } from '../../src/run/engines/devices.js';
import { batchForSize, fillingBatch, withFillingBatch } from '../../src/run/estimate/filling-batch.js';
import { allocate } from '../../src/run/estimate/machine.js';
import { workerSettings } from '../../src/run/pool/worker-settings.js';
import type { Prepared } from '../../src/run/preparing/prepare.js';
import { resolved } from '../stylize/support.js';

const jobWith = (run: JobInput['run']) =>
  jobSchema.parse({ content: { root: 'c' }, style: { root: 's' }, output: { root: 'o' }, run });
const preparedWith = (run: JobInput['run']) =>
  ({ job: jobWith(run), weightsFiles: {} }) as unknown as Prepared;
const machine = { cores: 16, freeBytes: 64e9 };

test('the GPUs of a machine are those that CUDA may see', (t) => {
  const two = ['cuda:0', 'cuda:1'];
  t.deepEqual(devicesLike('cuda', { visible: undefined, count: 2 }), two);
  t.deepEqual(devicesLike('cuda:1', { visible: '4,7', count: 8 }), two);
  t.deepEqual(devicesLike('cuda', { visible: '3', count: 8 }), ['cuda']);
  t.deepEqual(devicesLike('cuda', { visible: undefined, count: 0 }), ['cuda']);
  t.deepEqual(devicesLike('webgpu', { visible: undefined, count: 2 }), ['webgpu']);
});

test('each GPU gets one worker, and they share the threads', (t) => {
  const { run } = jobWith({ devices: ['cuda:0', 'cuda:1'] });
  t.deepEqual(allocate(machine, wishOf(run), 1000, 256), { workers: 2, threads: 8, batch: 1 });
  t.deepEqual(allocate(machine, wishOf(run), 1, 256), { workers: 1, threads: 16, batch: 1 });
  t.is(allocate(machine, wishOf({ ...run, workers: 4 }), 1000, 256).workers, 4);
  t.is(allocate(machine, wishOf(jobWith({ device: 'cuda' }).run), 1000, 256).workers, 1);
  t.is(allocate(machine, wishOf(jobWith({}).run), 1000, 256).workers, 16);
});

test('workers take turns on the devices', (t) => {
  const prepared = preparedWith({ device: 'cuda', devices: ['cuda:0', 'cuda:1'] });
  const allocation = { workers: 3, threads: 5, batch: 1 };
  const devices = [0, 1, 2].map((worker) => workerSettings(prepared, allocation, undefined, worker).device);
  t.deepEqual(devices, ['cuda:0', 'cuda:1', 'cuda:0']);
  t.is(workerSettings(preparedWith({}), allocation, undefined, 2).device, 'cpu');
});

test('devices are the list, every GPU of a kind, or one device', (t) => {
  t.deepEqual(devicesOf(jobWith({ device: 'webgpu' }).run), ['webgpu']);
  t.deepEqual(devicesOf(jobWith({ device: 'webgpu', devices: 'auto' }).run), ['webgpu']);
  t.is(gpuCount(jobWith({ devices: ['cuda:0', 'cuda:3'] }).run), 2);
  t.is(gpuCount(jobWith({}).run), 0);
  const error = t.throws(() => jobWith({ engine: 'auto', devices: ['cuda:0'] }));
  t.regex(error?.message ?? '', /a list of devices needs an engine by name/);
});

test('the batch doubles for as long as it makes more images per second', async (t) => {
  const found = async (speeds: readonly number[]) => {
    const asked: number[] = [];
    const batch = await fillingBatch(async (size) => {
      asked.push(size);
      return speeds[Math.log2(size)] ?? 0;
    });
    return { batch, asked };
  };
  t.deepEqual(await found([10, 19, 30, 31, 90]), { batch: 4, asked: [1, 2, 4, 8] });
  t.deepEqual(await found([10, 20, 0, 90]), { batch: 2, asked: [1, 2, 4] }, 'out of memory');
  t.is((await found([0, 0])).batch, undefined, 'nothing was measured');
  t.is((await found([1, 2, 4, 8, 16, 32, 64, 128, 256])).batch, 64);
});

test('larger images are batched by pixels', (t) => {
  t.is(batchForSize(16, 128), 16);
  t.is(batchForSize(16, 256), 16);
  t.is(batchForSize(16, 512), 4);
  t.is(batchForSize(2, 1024), 1);
});

test('the batch of a GPU is measured once, and remembered by device and recipe', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-batches-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const cacheFile = join(folder, 'batches.json');
  let measured = 0;
  const batchOf = async (run: JobInput['run'], recipe = resolved({ size: 256, optimizer: 'adam' })) => {
    const options = { cacheFile, speedOf: async (batch: number) => Math.min(batch, 8) };
    const ready = await withFillingBatch(preparedWith(run), recipe, {
      ...options,
      onMeasure: () => measured++,
    });
    return ready.job.run.batch;
  };
  t.is(await batchOf({ device: 'cuda' }), 8);
  t.is(await batchOf({ device: 'cuda' }), 8);
  t.is(
    await batchOf({ device: 'cuda' }, resolved({ size: 512, optimizer: 'adam' })),
    2,
    'the measurement is the same',
  );
  t.is(measured, 1);
  await batchOf({ device: 'webgpu' });
  await batchOf({ device: 'cuda' }, resolved({ size: 256, optimizer: 'lbfgs' }));
  t.is(measured, 3);
  t.is(await batchOf({}), 'auto', 'the processor');
  t.is(await batchOf({ device: 'cuda', batch: 3 }), 3);
  t.is(measured, 3);
  t.is(Object.keys(JSON.parse(await readFile(cacheFile, 'utf8'))).length, 3);
});

test('a measurement that fails is not remembered', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-batches-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const batchWith = async (speedOf: (batch: number) => Promise<number>) => {
    const options = { cacheFile: join(folder, 'batches.json'), speedOf };
    const recipe = resolved({ size: 256, optimizer: 'adam' });
    return (await withFillingBatch(preparedWith({ device: 'cuda' }), recipe, options)).job.run.batch;
  };
  t.is(await batchWith(async () => 0), 1);
  t.is(await batchWith(async (batch) => Math.min(batch, 8)), 8);
});
