import test from 'ava';
import type { FailedRecord } from '../../src/dataset/ledger/record.js';
import type { ErrorCode, WildstyleError } from '../../src/errors.js';
import { isSuspect, Suspects } from '../../src/run/pool/suspects.js';
import { failedRecord, sha256, stylizedRecord } from '../dataset/support.js';

function failure(content: string, code: ErrorCode = 'worker-crashed'): FailedRecord {
  const record = failedRecord('a', { error: { code, message: 'ended by SIGKILL' } });
  return {
    ...record,
    sources: { ...record.sources, content: { path: content, sha256: sha256(content) } },
  } as FailedRecord;
}

test('crashes and failures of the engine are suspect; those of images are not', (t) => {
  for (const code of ['worker-crashed', 'engine-failed', 'internal'] as const)
    t.true(isSuspect(failure('a', code)), code);
  for (const code of ['image-corrupt', 'image-missing', 'loss-diverged', 'weights-missing'] as const)
    t.false(isSuspect(failure('a', code)), code);
  t.false(isSuspect(stylizedRecord('a')));
});

test('three images in a row are no accident: nothing is recorded, and the message says why', (t) => {
  const suspects = new Suspects();
  suspects.add(failure('a'));
  suspects.add(failure('b'));
  const error = t.throws(() => suspects.add(failure('c'))) as WildstyleError;
  t.is(error.code, 'workers-failing');
  t.regex(error.message, /Items of 3 content images failed in a row.* ended by SIGKILL/);
  t.deepEqual(suspects.release(), []);
});

test('one bad image may fail any number of items, and is recorded when another is made', (t) => {
  const suspects = new Suspects();
  const failures = Array.from({ length: 9 }, () => failure('a'));
  for (const record of failures) suspects.add(record);
  t.deepEqual(suspects.release(), failures);
  t.deepEqual(suspects.release(), []);
  suspects.add(failure('b'));
  suspects.add(failure('c'));
  t.is(suspects.release().length, 2);
});
