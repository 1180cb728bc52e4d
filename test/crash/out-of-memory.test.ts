/** The kernel ends workers for lack of memory. Needs the right to make control groups. */
import test from 'ava';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { forkWorker } from '../../src/run/pool/worker-process.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import type { RunEvent } from '../../src/run/progress/events.js';
import { runPlan } from '../../src/run/run.js';
import { wildstyle } from '../support/command-line.js';
import { filesBelow, summaryOf } from '../support/dataset-tree.js';
import { type JobChanges, smallJob } from '../support/small-job.js';
import { type MemoryGroup, memoryGroup } from './support/memory-group.js';

/** Runs a job whose workers have limited memory; undefined where no group can be made. */
async function runWith(t: { log: (text: string) => void }, limitBytes: number, changes: JobChanges) {
  let group: MemoryGroup;
  try {
    group = await memoryGroup(limitBytes);
  } catch (error) {
    t.log(`memory cannot be limited here: ${(error as Error).message}`);
    return undefined;
  }
  const job = await smallJob(changes);
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = job.cache;
  const events: RunEvent[] = [];
  const joining: Promise<void>[] = [];
  try {
    const run = runPlan(await prepare(await loadJob(job.file)), {
      onEvent: (event) => events.push(event),
      kills: group.kills,
      startWorker(module) {
        const worker = forkWorker(module);
        if (worker.pid !== undefined) joining.push(group.add(worker.pid));
        return worker;
      },
    });
    const result = await run.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    return { job, events, ...result };
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    await Promise.all(joining);
    await group.remove();
  }
}

test.serial(
  'images that fit in no memory: no failure is recorded, nothing partial is left, and more memory makes them',
  async (t) => {
    const ran = await runWith(t, 400e6, {
      content: { root: 'content', include: ['ponds/*', 'clouds/n*'] },
      recipe: { size: 700, steps: 1 },
      sampling: { stylesPerContent: 1, keepOriginals: false },
      run: { workers: 2 },
    });
    if (!ran) {
      t.pass();
      return;
    }
    const { job, events, error } = ran as typeof ran & { error?: { code?: string; message?: string } };
    t.teardown(job.remove);
    t.is(error?.code, 'workers-failing', `${error?.message}`);
    t.regex(error?.message ?? '', /SIGKILL/);
    const changes = events.filter((event) => event.type === 'worker');
    t.true(changes.some(({ reason }) => reason === 'out-of-memory'));
    t.is(changes.at(-1)?.workers, 1);
    t.deepEqual(
      (await filesBelow(job.out)).filter((path) => path.startsWith('train/')),
      [],
    );
    const whole = await wildstyle(['run', job.file], job);
    t.is(whole.exitCode, 0, whole.stderr);
    t.like(await summaryOf(job.out), { status: 'complete', counts: { complete: 3, failed: 0 } });
    t.deepEqual((await verifyDataset(job.out)).problems, []);
  },
);

test.serial('a batch that does not fit is made in smaller ones', async (t) => {
  const ran = await runWith(t, 700e6, {
    recipe: { size: 256, steps: 2 },
    sampling: { stylesPerContent: 1, keepOriginals: false },
    run: { workers: 1, batch: 6 },
  });
  if (!ran) {
    t.pass();
    return;
  }
  const { job, events, ...ended } = ran;
  t.teardown(job.remove);
  t.like(
    (ended as { value?: unknown }).value,
    { status: 'complete', counts: { complete: 6, failed: 0 } },
    JSON.stringify(ended),
  );
  const batches = events.flatMap((event) => (event.type === 'worker' ? [event.batch] : []));
  t.true(batches.length > 0);
  t.log(`batches: ${batches.join(', ')}`);
  t.deepEqual((await verifyDataset(job.out)).problems, []);
});
