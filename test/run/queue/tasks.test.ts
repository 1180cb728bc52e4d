import test from 'ava';
import { severityOf } from '../../../src/errors.js';
import { readQueueAddress } from '../../../src/run/queue/queue.js';
import {
  canNameCommand,
  checkedTask,
  commandOf,
  defaultShards,
  outcomeOf,
  tasksOf,
} from '../../../src/run/queue/tasks.js';

const root = process.platform === 'win32' ? 'C:' : '';
const job = { file: `${root}/data/job.yaml`, root: `${root}/data/out`, planDigest: 'a'.repeat(64) };

test('a job has a task for each shard and one for the merge, with ids that are the same every time', (t) => {
  const make = () => tasksOf(job, 3, { workers: '2' }, ['recipe.steps=9']);
  const tasks = make();
  t.deepEqual(tasks, make());
  const ids = tasks.map(({ id }) => id);
  t.is(new Set(ids).size, 4);
  // BullMQ refuses ids that are numbers or have a colon.
  for (const id of ids) t.regex(id, /^wildstyle-[\w-]+$/);
  t.deepEqual(
    tasks.map(({ task }) => commandOf(task)),
    [
      ['run', job.file, '--shard=0/3', '--workers=2', '--set=recipe.steps=9'],
      ['run', job.file, '--shard=1/3', '--workers=2', '--set=recipe.steps=9'],
      ['run', job.file, '--shard=2/3', '--workers=2', '--set=recipe.steps=9'],
      ['merge', job.root],
    ],
  );
  const other = tasksOf({ ...job, planDigest: 'b'.repeat(64) }, 3, {});
  t.true(
    other.every(({ id }) => !ids.includes(id)),
    'another plan has other ids',
  );
  for (const { task } of tasks) t.deepEqual(checkedTask(JSON.parse(JSON.stringify(task))), task);
});

test('what comes out of a queue is checked', (t) => {
  const [{ task }] = tasksOf(job, 3, {});
  const bad: unknown[] = [
    null,
    {},
    { ...task, kind: 'other' },
    { ...task, job: 'relative.yaml' },
    { ...task, job: '--set=run.onComplete=touch x' },
    { ...task, shard: '3/3' },
    { ...task, shard: '0/3; touch x' },
    { ...task, options: { set: 'run.onComplete=touch x' } },
    { ...task, options: { workers: 3 } },
    { ...task, more: 1 },
    { ...task, set: ['run.onFailure=touch x'] },
    { ...task, set: ['"run"."onComplete"=touch x'] },
    { ...task, set: ['run={onComplete: touch x}'] },
    { ...task, set: ['--out=x', 'no override'] },
    { kind: 'merge', folder: 'out', plan: job.planDigest },
  ];
  for (const value of bad)
    t.throws(() => checkedTask(value), { code: 'option-invalid' }, JSON.stringify(value));
});

test('what becomes of a task', (t) => {
  t.is(outcomeOf(0), 'done');
  t.is(outcomeOf(1), 'done', 'failures are recorded');
  t.is(outcomeOf(75), 'again');
  t.is(outcomeOf(null), 'again', 'it was killed');
  t.is(outcomeOf(severityOf('output-in-use').exitCode), 'again', 'it was delivered twice');
  t.is(outcomeOf(severityOf('job-invalid').exitCode), 'given-up');
});

test('addresses of queues', (t) => {
  t.deepEqual(readQueueAddress('redis://127.0.0.1:6380'), { host: '127.0.0.1', port: 6380 });
  t.deepEqual(readQueueAddress('redis://[::1]'), { host: '::1', port: 6379 });
  t.deepEqual(readQueueAddress('rediss://me:p%40ss@queue.example/2'), {
    host: 'queue.example',
    port: 6379,
    username: 'me',
    password: 'p@ss',
    db: 2,
    tls: {},
  });
  for (const text of ['', 'queue', 'http://queue', 'redis://', 'redis://queue/x'])
    t.throws(() => readQueueAddress(text), { code: 'option-invalid' }, text);
});

test('overrides that can name a command', (t) => {
  for (const text of ['run.onComplete=x', ' run.onFailure=[x]', '"run"={}', 'run.onComplete.0=x'])
    t.true(canNameCommand(text), text);
  for (const text of ['run.workers=2', 'recipe.steps=20', 'output.root=on'])
    t.false(canNameCommand(text), text);
});

test('shards are small, and not too many', (t) => {
  t.deepEqual([0, 1, 64, 65, 6400, 1e7].map(defaultShards), [1, 1, 1, 2, 100, 1024]);
});
