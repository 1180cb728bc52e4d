import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { assertSameCount, readShard, readShards } from '../../src/cli/options/shard-option.js';
import { WildstyleError } from '../../src/errors.js';

test('a shard is an index and a count', (t) => {
  t.deepEqual(readShard('0/3', { SLURM_ARRAY_TASK_ID: '2' }), { index: 0, count: 3 });
});

test('several shards have one count', (t) => {
  t.deepEqual(readShards('0,4,8/12'), [
    { index: 0, count: 12 },
    { index: 4, count: 12 },
    { index: 8, count: 12 },
  ]);
  for (const text of ['12/12', '0,/12', '/12', '0', '0,1', '0/2/3', 'auto/3'])
    t.throws(() => readShards(text), { message: /such as 0,4,8\/12, not / }, text);
});

test('auto reads the environment of schedulers', (t) => {
  const slurm = {
    SLURM_ARRAY_TASK_ID: '3',
    SLURM_ARRAY_TASK_COUNT: '4',
    SLURM_ARRAY_TASK_MIN: '0',
    SLURM_ARRAY_TASK_MAX: '3',
    SLURM_ARRAY_TASK_STEP: '1',
  };
  t.deepEqual(readShard('auto', slurm), { index: 3, count: 4 });
  t.deepEqual(readShard('auto/8', slurm), { index: 3, count: 8 });
  t.deepEqual(readShard('auto/8', { JOB_COMPLETION_INDEX: '7' }), { index: 7, count: 8 });
  t.deepEqual(readShard('auto', { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '2' }), {
    index: 1,
    count: 2,
  });
});

test('auto does not take some tasks of an array for all of them', (t) => {
  const array = (id: string, count: string, first: string, last: string) => ({
    SLURM_ARRAY_TASK_ID: id,
    SLURM_ARRAY_TASK_COUNT: count,
    SLURM_ARRAY_TASK_MIN: first,
    SLURM_ARRAY_TASK_MAX: last,
  });
  for (const [environment, said] of [
    [array('4', '1', '4', '4'), /the Slurm array has one task, 4, which does not say how many shards/],
    [array('0', '1', '0', '0'), /has one task, 0,/],
    [array('5', '4', '4', '7'), /has 4 tasks, 4 to 7,/],
    [array('5', '2', '0', '5'), /has 2 tasks, 0 to 5,/],
    [array('16', '16', '1', '16'), /has 16 tasks, 1 to 16,/],
  ] as const) {
    const error = t.throws(() => readShard('auto', environment), { instanceOf: WildstyleError });
    t.is(error.code, 'option-invalid');
    t.regex(error.message, said);
    t.regex(error.cure ?? '', /--shard auto\/N/);
    const index = Number(environment.SLURM_ARRAY_TASK_ID);
    t.deepEqual(readShard('auto/17', environment), { index, count: 17 });
  }
});

test('auto does not take the first tasks of an array for all of them either, where shards have been made', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'wildstyle-auto-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await t.notThrowsAsync(assertSameCount(root, { index: 0, count: 4 }));
  await mkdir(join(root, '.wildstyle/shards/7-of-16'), { recursive: true });
  await t.notThrowsAsync(assertSameCount(root, { index: 0, count: 16 }));
  await t.throwsAsync(assertSameCount(root, { index: 0, count: 4 }), {
    message:
      /the scheduler says 4 shards, but .* has shards for a count of 16\. Choose one: --shard auto\/16, or auto\/4\.$/,
  });
});

test('mistakes are explained', (t) => {
  const message = (text: string, environment = {}) => {
    const error = t.throws(() => readShard(text, environment), { instanceOf: WildstyleError });
    t.is(error.code, 'option-invalid');
    return error.message;
  };
  t.regex(message('3/3'), /such as 0\/3 for the first of three, or auto, not 3\/3/);
  t.regex(
    message('auto'),
    /there is no SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX/,
  );
  t.regex(message('auto', { JOB_COMPLETION_INDEX: '0' }), /Kubernetes does not provide the count.*auto\/N/);
  t.regex(
    message('auto/3', { JOB_COMPLETION_INDEX: '3' }),
    /the environment says 3\/3, which is not a shard/,
  );
});
