import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { readPage } from '../report/page/page-parts.js';
import { wildstyle } from '../support/command-line.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

const onlyOriginals = { sampling: { stylesPerContent: 0 } };

const run = async (job: SmallJob, overrides: string[] = [], options = {}) =>
  runPlan(await prepare(await loadJob(job.file, { overrides })), options);

test('a run ends with a report that belongs to the dataset', async (t) => {
  const job = await smallJob(onlyOriginals);
  t.teardown(job.remove);
  const { stdout } = await wildstyle(['run', job.file], job);
  t.regex(stdout, /^Report: .*report\.html$/m);
  const { data, html } = await readPage(job.out);
  t.is(data.rows.length, 6);
  t.notRegex(html, /class="note"/, 'all images are shown');
  t.deepEqual((await verifyDataset(job.out)).problems, []);
});

test('a run that is stopped leaves a report of what there is; the next one replaces it', async (t) => {
  const job = await smallJob(onlyOriginals);
  t.teardown(job.remove);
  t.is((await run(job, [], { limits: { maxImages: 2 } })).status, 'stopped');
  t.is((await readPage(job.out)).data.rows.length, 2);
  t.deepEqual((await verifyDataset(job.out)).problems, []);
  // What an earlier, larger report left.
  await mkdir(join(job.out, 'report'));
  await writeFile(join(job.out, 'report', `thumbnails-${'0'.repeat(16)}.jpg`), 'old');
  t.is((await run(job)).status, 'complete');
  t.is((await readPage(job.out)).data.rows.length, 6);
  t.deepEqual((await verifyDataset(job.out)).problems, []);
  t.is((await run(job)).report, undefined, 'nothing to do');
});

test('without run.report, a run leaves the report alone', async (t) => {
  const job = await smallJob({ ...onlyOriginals, run: { workers: 1, report: false } });
  t.teardown(job.remove);
  t.is((await run(job)).report, undefined);
  await t.throwsAsync(access(join(job.out, 'report.html')));
  const before = await readSummary(job.out);
  t.false(Object.hasOwn(before?.digests.files ?? {}, 'report.html'));
  t.is((await run(job, ['run.report=true'])).status, 'nothing', 'the dataset is complete');
});
