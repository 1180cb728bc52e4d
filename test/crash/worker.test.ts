import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import type { RunEvent } from '../../src/run/progress/events.js';
import { runPlan } from '../../src/run/run.js';
import { canSeeChildren, childrenOf, startWildstyle, until, wildstyle } from '../support/command-line.js';
import { imagesBelow, type TimelessRecord, type Tree, treeOf } from '../support/dataset-tree.js';
import { errorCode, sourcePath } from '../support/records.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;
let whole: Tree;

test.before(async () => {
  job = await smallJob({ recipe: { steps: 30 } });
  const root = join(job.folder, 'whole');
  const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', root], job);
  if (exitCode !== 0) throw new Error(stderr);
  whole = await treeOf(root);
});
test.after.always(() => job?.remove());

const withoutAttempts = ({ attempts: _, ...record }: TimelessRecord) => record;

for (const workers of [1, 2]) {
  test.serial(`killing one of ${workers} workers changes nothing in the result`, async (t) => {
    if (!canSeeChildren) {
      t.log('this system does not list the children of a process');
      t.pass();
      return;
    }
    const root = join(job.folder, `killed-of-${workers}`);
    const going = startWildstyle(['run', job.file, '--out', root, '--workers', `${workers}`], job);
    await until('two images', async () => (await imagesBelow(root)).length >= 2);
    const [victim] = childrenOf(going.pid);
    process.kill(victim, 'SIGKILL');
    await until('another worker', () => {
      const now = childrenOf(going.pid);
      return now.length === workers && !now.includes(victim);
    });
    const { exitCode, stderr } = await going.ended;
    t.is(stderr, '');
    t.is(exitCode, 0);
    const tree = await treeOf(root);
    t.deepEqual(tree.files, whole.files);
    // Only the attempts differ.
    t.deepEqual(tree.records.map(withoutAttempts), whole.records.map(withoutAttempts));
    const tries = tree.records.map(({ attempts }) => attempts.map(({ error }) => error ?? 'made').join());
    t.deepEqual([...new Set(tries)].sort(), ['made', 'worker-crashed,made']);
    t.deepEqual((await verifyDataset(root)).problems, []);
    t.is(tree.resultDigest, whole.resultDigest);
  });
}

test.serial('an item that kills every worker is recorded as failed, and the next run skips it', async (t) => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = job.cache;
  t.teardown(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });
  const other = await smallJob({ content: { root: 'content', include: ['ponds/*'] } });
  t.teardown(other.remove);
  // The name of the content image determines what the fake worker does with an item.
  await other.put('content/ponds/die.png', 'no image');
  const prepared = await prepare(await loadJob(other.file));
  const failed: string[] = [];
  const onEvent = (event: RunEvent) =>
    event.type === 'failed' && failed.push(event.record.sources.content?.path ?? '');
  const workerModule = new URL('../run/fake-worker.js', import.meta.url);
  const result = await runPlan(prepared, { workerModule, onEvent });
  t.deepEqual(result.counts.errors, { 'worker-crashed': 3 });
  t.deepEqual(failed, ['ponds/die.png', 'ponds/die.png', 'ponds/die.png']);
  t.true(result.tooManyFailures);
  const records = await readManifest(other.out);
  t.deepEqual(
    records.map((record) => [sourcePath(record, 'content'), errorCode(record)]),
    [
      ['ponds/die.png', 'worker-crashed'],
      ['ponds/die.png', 'worker-crashed'],
      ['ponds/die.png', 'worker-crashed'],
    ],
  );
  // The fake worker reports the other items as done without making images, so they stay pending.
  t.like(result, { status: 'stopped', counts: { items: 9, pending: 6, failed: 3 } });
  const again = await wildstyle(['run', other.file], { cache: job.cache });
  t.is(again.exitCode, 1, 'failures are not retried by default');
  t.is((await imagesBelow(other.out)).length, 6);
  const retried = await wildstyle(['run', other.file, '--retry-failed'], { cache: job.cache });
  t.is(retried.exitCode, 1);
  const codes = new Set((await readManifest(other.out)).map((record) => errorCode(record) ?? 'made'));
  t.deepEqual(
    codes,
    new Set(['image-unsupported', 'made']),
    'a real worker reports what is wrong with the image',
  );
});
