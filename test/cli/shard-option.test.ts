import test from 'ava';
import { readShard } from '../../src/cli/options/shard-option.js';
import { WildstyleError } from '../../src/errors.js';

test('a shard is an index and a count', (t) => {
  t.deepEqual(readShard('0/3', { SLURM_ARRAY_TASK_ID: '2' }), { index: 0, count: 3 });
});

test('auto reads the environment of schedulers', (t) => {
  const slurm = { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '4' };
  t.deepEqual(readShard('auto', slurm), { index: 1, count: 4 });
  t.deepEqual(readShard('auto', { ...slurm, SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '2' }), {
    index: 2,
    count: 4,
  });
  t.deepEqual(readShard('auto/8', slurm), { index: 5, count: 8 });
  t.deepEqual(readShard('auto/8', { JOB_COMPLETION_INDEX: '7' }), { index: 7, count: 8 });
  t.deepEqual(readShard('auto', { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '2' }), {
    index: 1,
    count: 2,
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
  t.regex(message('auto', { JOB_COMPLETION_INDEX: '0' }), /Kubernetes does not tell the count.*auto\/N/);
  t.regex(
    message('auto/3', { JOB_COMPLETION_INDEX: '3' }),
    /the environment says 3\/3, which is not a shard/,
  );
});
