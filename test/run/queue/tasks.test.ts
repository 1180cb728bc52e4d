import test from 'ava';
import { readQueueAddress } from '../../../src/run/queue/queue.js';
import { checkedTask, commandOf, outcomeOf, tasksOf } from '../../../src/run/queue/tasks.js';

const root = process.platform === 'win32' ? 'C:' : '';
const job = { file: `${root}/data/job.yaml`, root: `${root}/data/out`, planDigest: 'a'.repeat(64) };

test('a job has a task for each shard and one for the merge, with ids that are the same every time', (t) => {
  const tasks = tasksOf(job, 3, { workers: '2' });
  t.deepEqual(tasks, tasksOf(job, 3, { workers: '2' }));
  const ids = tasks.map(({ id }) => id);
  t.is(new Set(ids).size, 4);
  // BullMQ refuses ids that are numbers or have a colon.
  for (const id of ids) t.regex(id, /^wildstyle-[\w-]+$/);
  t.deepEqual(
    tasks.map(({ task }) => commandOf(task)),
    [
      ['run', job.file, '--shard=0/3', '--workers=2'],
      ['run', job.file, '--shard=1/3', '--workers=2'],
      ['run', job.file, '--shard=2/3', '--workers=2'],
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
    { kind: 'merge', folder: 'out', plan: job.planDigest },
  ];
  for (const value of bad)
    t.throws(() => checkedTask(value), { code: 'option-invalid' }, JSON.stringify(value));
});

test('what becomes of a task', (t) => {
  t.is(outcomeOf(0, undefined), 'done');
  t.is(outcomeOf(1, undefined), 'done', 'failures are recorded');
  t.is(outcomeOf(75, 'disk-full'), 'again');
  t.is(outcomeOf(75, undefined), 'again');
  t.is(outcomeOf(null, undefined), 'again', 'it was killed');
  t.is(outcomeOf(2, 'output-in-use'), 'again', 'it was delivered twice');
  t.is(outcomeOf(2, 'job-invalid'), 'given-up');
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
