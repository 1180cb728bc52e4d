import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { wildstyle } from '../support/command-line.js';
import { smallImage } from '../support/small-images.js';
import { smallJob } from '../support/small-job.js';

test('a run writes the exports of its job, once, and again after a change', async (t) => {
  const job = await smallJob({
    output: { exports: ['csv', 'webdataset'] },
    sampling: { stylesPerContent: 0 },
  });
  t.teardown(job.remove);
  const first = await wildstyle(['run', job.file], job);
  t.is(first.exitCode, 0, first.stderr);
  t.regex(first.stdout, /^Exported to csv, webdataset in .*exports\.$/m);
  const { exports, digests } = (await readSummary(job.out)) ?? {};
  t.deepEqual(exports, { csv: digests?.result, webdataset: digests?.result });
  t.deepEqual((await verifyDataset(job.out)).problems, []);

  const run = async (overrides: string[] = [], options = {}) => {
    const { status, exports } = await runPlan(await prepare(await loadJob(job.file, { overrides })), options);
    return [status, exports.written, exports.left];
  };
  t.deepEqual(await run(), ['nothing', [], []]);
  t.deepEqual(await run(['output.exports=[csv, coco]']), ['nothing', ['coco'], []]);
  await rm(join(job.out, 'exports/csv/train.csv'));
  const stopped = { drain: AbortSignal.abort() };
  t.deepEqual(await run([], stopped), ['stopped', [], ['csv']]);
  t.deepEqual(await run(), ['nothing', ['csv'], []]);
  await job.put('content/ponds/new.png', await smallImage('noise', 99).png().toBuffer());
  t.deepEqual(await run([], { extend: true }), ['complete', ['csv', 'webdataset'], []]);
  t.like((await verifyDataset(job.out)).problems, [{ code: 'export-outdated', file: 'exports/coco' }]);
});

test('a format that needs labels is refused in a job without', async (t) => {
  const job = await smallJob({
    content: { root: 'content', labels: 'none' },
    output: { root: 'out', exports: ['csv', 'yolo'] },
  });
  t.teardown(job.remove);
  await t.throwsAsync(loadJob(job.file), {
    code: 'job-invalid',
    message: /output\.exports\[1\]: yolo needs labels, but content\.labels is none/,
  });
});

test('an unknown format is refused, with a suggestion', async (t) => {
  const job = await smallJob({ output: { exports: ['parket'] } });
  t.teardown(job.remove);
  await t.throwsAsync(loadJob(job.file), { code: 'job-invalid', message: /"parquet"/ });
});
