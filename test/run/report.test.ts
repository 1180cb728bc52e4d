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

test('the report of a run in which too many images failed says so first, also when it is written again', async (t) => {
  const job = await smallJob({ ...onlyOriginals, run: { workers: 1, maxFailures: 0.01 } });
  t.teardown(job.remove);
  await job.put('content/ponds/broken.png', 'no image');
  t.is((await wildstyle(['run', job.file], job)).exitCode, 1);
  const { html } = await readPage(job.out);
  t.regex(
    html,
    /Status: <strong class="status failed">too many failures<\/strong>\. 1 of 7 images failed; <code>run\.maxFailures<\/code> tolerates 1%\./,
  );
  t.notRegex(html, /class="status complete"/);
  t.is((await wildstyle(['report', job.out], job)).exitCode, 0);
  t.regex((await readPage(job.out)).html, /too many failures/);
  await run(job, ['run.maxFailures=0.5', 'sampling.stylesPerContent=1'], { extend: true });
  t.regex(
    (await readPage(job.out)).html,
    /Status: <strong class="status complete">complete</,
    'tolerated now',
  );
});

test('a dataset says how busy the workers of its last run were', async (t) => {
  const job = await smallJob({ run: { workers: 2, threads: 1, batch: 1 } });
  t.teardown(job.remove);
  await run(job);
  const { lastRun, environment } = (await readSummary(job.out)) ?? {};
  t.like(lastRun, { workers: 2, tooManyFailures: false });
  const { workerMs = 0, computedMs = 0 } = lastRun ?? {};
  t.true(computedMs > 0 && computedMs <= workerMs);
  t.like(environment?.weights, [{ network: 'random', isTrained: false, license: null }]);
  const { html } = await readPage(job.out);
  t.regex(html, /In the last run, the 2 workers computed <strong>\d+%<\/strong> of the time: .* of \d+ s\./);
  t.regex(html, /12 images took (less than a second|\d+ s) of the workers' time/);
});
