import test from 'ava';
import { WildstyleError } from '../../../src/errors.js';
import type { EndedRun } from '../../../src/run/slurm/after-start.js';
import { slurmJob } from '../../../src/run/slurm/slurm-job.js';
import { startTask } from '../../../src/run/slurm/slurm-task.js';

const task = { SLURM_JOB_ID: '40', SLURM_ARRAY_JOB_ID: '40', SLURM_ARRAY_TASK_ID: '3' };
const nowMs = Date.parse('2026-11-27T12:00Z');

/** A Slurm that says the same all the time, and notes what it is told. */
function fakeSlurm(said: string, environment: Record<string, string> = task, failing?: string) {
  const told: string[][] = [];
  const job = slurmJob(environment, async (programs) => {
    for (const words of programs) {
      if (words[0] === 'squeue') return said;
      told.push([...words]);
      if (words.join(' ').includes(failing ?? '\n')) throw new Error('slurm_update error');
    }
    return '';
  });
  return { job, told };
}

/** Runs that end in a certain way, one after the other. @param done images before and after */
function run(ends: EndedRun[], { job }: ReturnType<typeof fakeSlurm>, done = [3, 3]) {
  const started: number[] = [];
  const counts = [...done];
  const going = startTask({
    starts: ends.map((end, index) => () => {
      started.push(index);
      return { ended: Promise.resolve(end), stop() {} };
    }),
    countDone: async () => counts.shift() ?? 0,
    windows: undefined,
    job,
    now: () => nowMs,
  });
  return { going, started };
}

const done: EndedRun = { exitCode: 0, errorCode: undefined };
const failures: EndedRun = { exitCode: 1, errorCode: undefined };
const full: EndedRun = { exitCode: 75, errorCode: 'disk-full' };

test('a shard with failed images does not keep the others from starting', async (t) => {
  const slurm = fakeSlurm('RUNNING|None|(null)');
  const { going, started } = run([failures, done, { exitCode: 2, errorCode: 'image-missing' }, done], slurm);
  t.deepEqual(await going.ended, { type: 'end', exitCode: 2 });
  t.deepEqual(started, [0, 1, 2, 3]);
  t.deepEqual(slurm.told, []);
});

test('a task of an array goes back under its own name, and Slurm remembers its setbacks', async (t) => {
  const slurm = fakeSlurm('RUNNING|None|wildstyle: 2 starts without an image\n');
  const { going } = run([failures, full], slurm);
  t.deepEqual(await going.ended, { type: 'again', atMs: nowMs + 480_000, setbacks: 3 });
  t.deepEqual(slurm.told, [
    ['scontrol', 'update', 'JobId=40_3', 'Comment=wildstyle: 3 starts without an image'],
    ['scontrol', 'requeue', '40_3'],
    ['scontrol', 'update', 'JobId=40_3', 'StartTime=now+480'],
  ]);
});

test('after 8 starts without an image it does not go back', async (t) => {
  const slurm = fakeSlurm('RUNNING|None|wildstyle: 7 starts without an image\n');
  t.deepEqual(await run([full], slurm).going.ended, { type: 'give-up', setbacks: 8, errorCode: 'disk-full' });
  t.deepEqual(slurm.told, []);
  const other = fakeSlurm('RUNNING|None|wildstyle: 7 starts without an image\n');
  t.like(await run([full], other, [3, 4]).going.ended, { type: 'again', setbacks: 0 });
});

test('a job that was canceled does not go back, and one that ran into its time limit does', async (t) => {
  for (const [said, goesBack] of [
    ['COMPLETING|None|(null)', false],
    ['CANCELLED|None|(null)', false],
    ['', false],
    ['COMPLETING|TimeLimit|(null)', true],
  ] as const) {
    const slurm = fakeSlurm(said, { SLURM_JOB_ID: '7' });
    const stopped: EndedRun = { exitCode: 75, errorCode: undefined };
    const ended = await run([stopped], slurm).going.ended;
    t.is(ended.type, goesBack ? 'again' : 'canceled', said);
    t.deepEqual(
      slurm.told.map((words) => words.slice(0, 3)),
      goesBack
        ? [
            ['scontrol', 'update', 'JobId=7'],
            ['scontrol', 'requeue', '7'],
          ]
        : [],
    );
  }
});

test('a signal stops the run and starts no other', async (t) => {
  const slurm = fakeSlurm('RUNNING|None|(null)');
  let end = (_: EndedRun) => {};
  let stops = 0;
  let started = 0;
  const start = () => {
    started++;
    return {
      ended: new Promise<EndedRun>((resolve) => {
        end = resolve;
      }),
      stop: () => stops++,
    };
  };
  const going = startTask({
    starts: [start, start],
    countDone: async () => stops,
    windows: undefined,
    job: slurm.job,
    now: () => nowMs,
  });
  while (started === 0) await new Promise((resolve) => setImmediate(resolve));
  going.stop();
  end(done);
  t.deepEqual(await going.ended, { type: 'again', atMs: nowMs, setbacks: 0 });
  t.deepEqual([started, stops], [1, 1]);
});

test('nothing is requeued that could not be bounded; outside of Slurm there is an error', async (t) => {
  const slurm = fakeSlurm('RUNNING|None|(null)', task, 'Comment=');
  const error = await t.throwsAsync(run([full], slurm).going.ended, { instanceOf: WildstyleError });
  t.is(error.message, 'Job 40_3 cannot go back into the queue: slurm_update error');
  t.is(slurm.told.length, 1);
  t.throws(() => slurmJob({}, async () => ''), { message: /no SLURM_JOB_ID/ });
});
