import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { methods } from '../../src/methods/index.js';
import { recipeSchema } from '../../src/methods/recipe.js';
import type { PlanItem } from '../../src/plan/item.js';
import type { WorkerChange } from '../../src/run/pool/memory-policy.js';
import { type KillCounter, OutOfMemory } from '../../src/run/pool/out-of-memory.js';
import { dropped, WorkerPool } from '../../src/run/pool/pool.js';
import type { WorkerSettings } from '../../src/run/pool/protocol.js';
import { errorCode } from '../support/records.js';

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wildstyle-pool-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

const recipe = methods.optimize.resolve(recipeSchema.parse({ network: 'random', size: 32, steps: 2 }), {
  network: 'random',
});

function item(name: string): PlanItem {
  const content = { path: `class/${name}`, sha256: '1'.repeat(64), bytes: 1, label: 'class' };
  const file = `train/class/${name}.png`;
  const { size, fit } = recipe;
  return {
    kind: 'original',
    index: 0,
    id: name,
    label: 'class',
    file,
    split: 'train',
    group: name,
    sources: { content },
    recipe: { size, fit },
  };
}

interface Options {
  readonly workers?: number;
  readonly itemsPerWorker?: number;
  readonly device?: string;
  readonly silentMs?: number;
  readonly batch?: number;
  readonly onWorker?: (change: WorkerChange) => void;
  readonly kills?: KillCounter;
}

let pools = 0;

/** Creates a pool of fake workers, and a function that reads their notes. */
function fakePool({
  workers = 1,
  itemsPerWorker = 3,
  device = 'cpu',
  silentMs = 60_000,
  batch = 1,
  onWorker,
  kills = () => 0,
}: Options = {}) {
  const notes = join(folder, `${pools++}`);
  const settings = (worker: number): WorkerSettings => ({
    precision: 'float32',
    engine: 'onnx',
    device,
    threads: 1,
    batch,
    graphBytes: 1,
    weightsFiles: {},
    maskRoots: {},
    roots: { content: folder, style: folder },
    categoryNames: [],
    outputRoot: folder,
    format: 'png',
    quality: 90,
    maximumPixels: 1e6,
    journal: `${notes}-${worker}`,
    temporaryFolder: '',
    lockFile: '',
  });
  const workerModule = new URL('./fake-worker.js', import.meta.url);
  const pool = new WorkerPool({
    workers,
    itemsPerWorker,
    settings,
    onProgress: () => {},
    workerModule,
    silentMs,
    recycleAtBytes: 2e9,
    batch,
    kills,
    ...(onWorker && { onWorker }),
  });
  const noted = async (worker = 0) => (await readFile(`${notes}-${worker}.notes`, 'utf8')).trim().split('\n');
  return { pool, noted };
}

async function outcomes(pool: WorkerPool, names: readonly string[]): Promise<Record<string, string>> {
  const made = names.map(async (name) => {
    const record = await pool.make(item(name));
    return [name, record === dropped ? 'dropped' : (errorCode(record) ?? record.status)];
  });
  return Object.fromEntries(await Promise.all(made));
}

test('an item that always kills its worker is recorded as failed; the other items are made', async (t) => {
  const { pool, noted } = fakePool({ itemsPerWorker: 4 });
  await pool.start();
  const names = ['a', 'die', 'b', 'slow-c', 'd', 'e', 'slow-f'];
  t.deepEqual(await outcomes(pool, names), {
    a: 'complete',
    die: 'worker-crashed',
    b: 'complete',
    'slow-c': 'complete',
    d: 'complete',
    e: 'complete',
    'slow-f': 'complete',
  });
  await pool.stop();
  const words = await noted();
  t.is(words.filter((word) => word === 'die').length, 2);
  t.is(words.filter((word) => word === 'start').length, 3);
});

test('with two workers and several fatal items, exactly the fatal items fail', async (t) => {
  const { pool } = fakePool({ workers: 2, itemsPerWorker: 3 });
  await pool.start();
  const names = ['a', 'die-1', 'slow-b', 'die-2', 'c', 'die-3', 'slow-d', 'e', 'die-4', 'f'];
  const found = await outcomes(pool, names);
  await pool.stop();
  for (const name of names) t.is(found[name], name.startsWith('die') ? 'worker-crashed' : 'complete', name);
});

test('the record of a crash includes the error output of the worker', async (t) => {
  const { pool } = fakePool();
  await pool.start();
  const record = await pool.make(item('die'));
  await pool.stop();
  t.deepEqual(record, {
    id: 'die',
    kind: 'original',
    status: 'failed',
    label: 'class',
    split: 'train',
    group: 'die',
    sources: { content: { path: 'class/die', sha256: '1'.repeat(64) } },
    drawn: { size: 32, fit: 'keep' },
    attempts: [{ error: 'worker-crashed' }, { error: 'worker-crashed' }],
    error: {
      code: 'worker-crashed',
      message:
        'The worker crashed twice while making this image (SIGKILL). Last error output: cannot bear die',
    },
  });
});

test('an item whose worker died once is made by the next process', async (t) => {
  const { pool, noted } = fakePool();
  await pool.start();
  t.deepEqual(await outcomes(pool, ['a', 'die-once', 'b']), {
    a: 'complete',
    'die-once': 'complete',
    b: 'complete',
  });
  await pool.stop();
  t.is((await noted()).filter((word) => word === 'start').length, 2);
});

test('a record lists the attempt that the worker did not survive and the one that succeeded', async (t) => {
  const { pool } = fakePool();
  await pool.start();
  const once = await pool.make(item('die-once'));
  const other = await pool.make(item('a'));
  await pool.stop();
  t.like(once, { id: 'die-once', status: 'complete' });
  if (once === dropped || other === dropped) return t.fail();
  t.deepEqual(once.attempts, [{ error: 'worker-crashed' }, { error: null }]);
  t.deepEqual(other.attempts, [{ error: null }]);
});

test('a worker that hangs is replaced, and its item is made by the next process', async (t) => {
  if (process.platform === 'win32') {
    t.pass();
    return;
  }
  const { pool, noted } = fakePool({ silentMs: 1000 });
  await pool.start();
  t.deepEqual(await outcomes(pool, ['a', 'hang-once', 'b']), {
    a: 'complete',
    'hang-once': 'complete',
    b: 'complete',
  });
  await pool.stop();
  t.is((await noted()).filter((word) => word === 'start').length, 2);
});

test('a worker whose memory has grown is replaced between items, and no item is made twice', async (t) => {
  const { pool, noted } = fakePool({ itemsPerWorker: 3 });
  await pool.start();
  const names = ['a', 'big-b', 'c', 'slow-d', 'e', 'f', 'g'];
  const found = await outcomes(pool, names);
  for (const name of names) t.is(found[name], 'complete', name);
  await pool.stop();
  const words = await noted();
  t.is(words.filter((word) => word === 'start').length, 2);
  for (const name of names) t.is(words.filter((word) => word === name).length, 1, name);
});

test('a worker that dies at startup or during calibration is replaced', async (t) => {
  const starting = fakePool({ device: 'broken-once' });
  await starting.pool.start();
  t.deepEqual(await outcomes(starting.pool, ['a']), { a: 'complete' });
  await starting.pool.stop();
  const measured = fakePool();
  await measured.pool.start();
  t.deepEqual(await measured.pool.calibrate({ ...recipe, steps: 13 }), [{ steps: 3, pixelSteps: 30, ms: 6 }]);
  await measured.pool.stop();
  t.deepEqual(await measured.noted(), ['start', 'calibrate', 'start', 'calibrate']);
});

test('workers that cannot start end the run with the reason', async (t) => {
  const { pool, noted } = fakePool({ device: 'broken' });
  const error = await t.throwsAsync(pool.start(), { instanceOf: WildstyleError });
  t.like(error, {
    code: 'engine-failed',
    message: 'Idle worker processes exited 3 times in a row (SIGKILL). Last error output: no such library',
  });
  await pool.stop();
  t.deepEqual(await noted(), ['start', 'start', 'start']);
});

test('a draining pool returns items that were not started', async (t) => {
  const { pool } = fakePool({ itemsPerWorker: 2 });
  await pool.start();
  const started = outcomes(pool, ['slow-a', 'slow-b']);
  await new Promise((resolve) => setTimeout(resolve, 100));
  pool.drain();
  t.deepEqual(await outcomes(pool, ['c', 'd']), { c: 'dropped', d: 'dropped' });
  t.deepEqual(await started, { 'slow-a': 'complete', 'slow-b': 'complete' });
  await pool.stop();
});

test('a failure rejects all waiting items and every later request', async (t) => {
  const { pool } = fakePool();
  await pool.start();
  const waiting = ['slow-a', 'slow-b', 'slow-c', 'slow-d'].map((name) => pool.make(item(name)));
  const settled = Promise.allSettled(waiting);
  pool.fail(new WildstyleError('disk-full', 'no room'));
  const codes = (await settled).map((end) => (end.status === 'rejected' ? end.reason.code : end.status));
  t.deepEqual(codes, ['disk-full', 'disk-full', 'disk-full', 'disk-full']);
  await t.throwsAsync(pool.make(item('e')), { message: 'no room' });
  await pool.stop();
});

test('kill ends the pool immediately', async (t) => {
  const { pool } = fakePool({ workers: 2 });
  await pool.start();
  const making = pool.make(item('slow-a'));
  pool.kill();
  await t.throwsAsync(making, { message: 'The run was stopped immediately.' });
  await pool.stop();
});

test('full reports whether the pool can take more items', async (t) => {
  const { pool } = fakePool({ workers: 1, itemsPerWorker: 2 });
  await pool.start();
  t.false(pool.full);
  const making = ['slow-a', 'slow-b'].map((name) => pool.make(item(name)));
  t.true(pool.full);
  await Promise.all(making);
  t.false(pool.full);
  await pool.stop();
});

/** The kernel ends a process for lack of memory whenever one ends. */
function deadlyKernel(): KillCounter {
  let count = 0;
  return () => count++;
}

test('when memory runs out, batches are halved until they fit, and the item is made', async (t) => {
  const changes: WorkerChange[] = [];
  const { pool } = fakePool({
    batch: 8,
    itemsPerWorker: 9,
    kills: deadlyKernel(),
    onWorker: (change) => changes.push(change),
  });
  await pool.start();
  const record = await pool.make(item('starve-2'));
  t.is((await outcomes(pool, ['a'])).a, 'complete');
  await pool.stop();
  t.is(record !== dropped && record.status, 'complete');
  t.deepEqual(record !== dropped && record.attempts, [
    { error: 'worker-crashed' },
    { error: 'worker-crashed' },
    { error: null },
  ]);
  t.deepEqual(
    changes.map(({ reason, batch, workers, end }) => [reason, batch, workers, end]),
    [
      ['out-of-memory', 4, 1, 'SIGKILL'],
      ['out-of-memory', 2, 1, 'SIGKILL'],
    ],
  );
});

test('when batches cannot be smaller, there are fewer workers; the last one stays, and the item fails', async (t) => {
  const changes: WorkerChange[] = [];
  const { pool } = fakePool({
    workers: 3,
    kills: deadlyKernel(),
    onWorker: (change) => changes.push(change),
  });
  await pool.start();
  const names = ['a', 'starve-0', 'slow-b', 'c', 'slow-d', 'e', 'f', 'slow-g'];
  const found = await outcomes(pool, names);
  for (const name of names) t.is(found[name], name === 'starve-0' ? 'worker-crashed' : 'complete', name);
  t.is(pool.workers.length, 1);
  await pool.stop();
  t.deepEqual(
    changes.map(({ reason, workers }) => [reason, workers]),
    [
      ['out-of-memory', 2],
      ['out-of-memory', 1],
      ['out-of-memory', 1],
    ],
  );
});

test('a crash without lack of memory changes neither batch nor workers; last words may tell', (t) => {
  t.false(new OutOfMemory(() => 5).hasEnded('SIGKILL', ''));
  t.false(new OutOfMemory(() => undefined).hasEnded('SIGKILL', 'killed'));
  t.true(new OutOfMemory(() => 5).hasEnded('SIGABRT', "terminate called after throwing 'std::bad_alloc'"));
  t.true(
    new OutOfMemory(() => 5).hasEnded(
      'SIGABRT',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    ),
  );
  const counter = deadlyKernel();
  const memory = new OutOfMemory(counter);
  t.false(memory.hasEnded('exit code 1', ''), 'the kernel ended another process');
  t.true(memory.hasEnded('SIGKILL', ''));
});
