import test from 'ava';
import {
  canSeeChildren,
  childrenOf,
  isRunning,
  startWildstyle,
  until,
  wildstyle,
} from '../support/command-line.js';
import { treeOf } from '../support/dataset-tree.js';
import { startRedis } from '../support/redis.js';
import { smallJob } from '../support/small-job.js';

test('a queue that cannot be reached, and options that cannot go through one', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const submit = ['submit', job.file, '--to', 'bullmq'];
  const mistakes: readonly [args: string[], stderr: RegExp][] = [
    [[], /^wildstyle: option-invalid: BullMQ needs --queue/],
    [['--queue', 'localhost'], /^wildstyle: option-invalid: --queue must be an address/],
    [
      ['--queue', 'redis://127.0.0.1:1', '--set', 'run.onComplete=touch x'],
      /^wildstyle: option-invalid: --set run\.onComplete=touch x cannot go through a queue/,
    ],
    [['--queue', 'redis://127.0.0.1:1'], /^wildstyle: option-invalid: The queue cannot be reached: /],
  ];
  for (const [args, expected] of mistakes) {
    const { exitCode, stderr } = await wildstyle([...submit, ...args], job);
    t.is(exitCode, 2, args.join(' '));
    t.regex(stderr, expected);
  }
  const worker = await wildstyle(['worker', '--queue', 'redis://127.0.0.1:1', '--hand-over', 'soon'], job);
  t.is(worker.exitCode, 2);
  t.regex(worker.stderr, /--hand-over must be a duration/);
  const slurm = await wildstyle(['submit', job.file, '--to', 'slurm'], job);
  t.regex(slurm.stderr, /--to slurm needs the number of shards/);
});

test('two workers make the shards of a queue, and one of them merges', async (t) => {
  const job = await smallJob({ sampling: { stylesPerContent: 0 } });
  t.teardown(job.remove);
  const redis = await startRedis(job.folder);
  if (!redis) {
    t.log('redis-server is not installed');
    t.pass();
    return;
  }
  try {
    const queue = ['--queue', redis.address];
    const set = ['--set', 'output.format=png'];
    const submit = ['submit', job.file, '--to', 'bullmq', '--shards', '3', ...set, ...queue];
    for (let time = 0; time < 2; time++) t.is((await wildstyle(submit, job)).exitCode, 0);
    const workers = [0, 1].map(() => startWildstyle(['worker', ...queue], job));
    await until('the merge', () => workers.some(({ written }) => /^merge of .*: done$/m.test(written())));
    for (const worker of workers) worker.process.kill('SIGTERM');
    const output = (await Promise.all(workers.map(({ ended }) => ended)))
      .map(({ stdout }) => stdout)
      .join('');
    for (const shard of ['0/3', '1/3', '2/3'])
      t.is(
        [...output.matchAll(new RegExp(`^shard ${shard} of .*: done$`, 'gm'))].length,
        1,
        'added and made once',
      );
    const whole = await wildstyle(['run', job.file, ...set, '--out', `${job.out}-whole`], job);
    t.is(whole.exitCode, 0);
    t.deepEqual((await treeOf(job.out)).resultDigest, (await treeOf(`${job.out}-whole`)).resultDigest);
  } finally {
    await redis.stop();
  }
});

test('the run of a worker that is killed ends, and a worker that has nothing to do takes over a long task', async (t) => {
  const job = await smallJob({ sampling: { stylesPerContent: 100 }, recipe: { steps: 60 } });
  t.teardown(job.remove);
  const redis = canSeeChildren ? await startRedis(job.folder) : undefined;
  if (!redis) {
    t.log('redis-server is not installed');
    t.pass();
    return;
  }
  try {
    const queue = ['--queue', redis.address];
    t.is(
      (await wildstyle(['submit', job.file, '--to', 'bullmq', '--shards', '1', ...queue], job)).exitCode,
      0,
    );
    const first = startWildstyle(['worker', ...queue, '--hand-over', '1s'], job);
    t.teardown(() => first.process.kill('SIGKILL'));
    const hasStarted = /^shard .*: started$/m;
    await until('the first run', () => hasStarted.test(first.written()));
    const second = startWildstyle(['worker', ...queue], job);
    t.teardown(() => second.process.kill('SIGKILL'));
    await until('the second run', () => hasStarted.test(second.written()));
    t.regex(first.written(), /goes back to the queue/);
    const run = await until('a run', () => childrenOf(second.pid)[0]);
    await until('a worker process', () => childrenOf(run).length > 0);
    const processes = [run, ...childrenOf(run)];
    second.process.kill('SIGKILL');
    for (const pid of processes) await until('the end', async () => !(await isRunning(pid)));
    t.pass();
  } finally {
    await redis.stop();
  }
});
