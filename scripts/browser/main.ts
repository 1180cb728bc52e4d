/**
 * Opens the live view and the report in a real browser, as a user would. Exits with 1 at the first check that fails; prints
 * figures as JSON.
 *
 *     bash scripts/browser/check.sh [--pictures DIR]
 *
 * `--pictures` writes the screenshots of the documentation.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { makeLargeReport, prepareJob, startRun, writeReport } from './datasets.js';
import { checkLiveView } from './live-view.js';
import { checkLargeReport, checkReport } from './report.js';
import { Watched } from './watched.js';

const { values } = parseArgs({
  options: { browser: { type: 'string' }, pictures: { type: 'string' } },
});
const work = await mkdtemp(join(tmpdir(), 'wildstyle-browser-'));
// The sandbox of Chromium needs a user other than root.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath: values.browser ?? '/usr/bin/chromium', args });
try {
  const job = await prepareJob(work);
  const run = await startRun(job);
  const live = await Watched.open(browser, run.url);
  const ofLive = await checkLiveView(live, run, values.pictures);
  await live.close();

  const ofReport = await Watched.open(browser, await writeReport(job.out));
  const checks = await checkReport(ofReport, values.pictures);
  await ofReport.close();

  const large = await Watched.open(browser, await makeLargeReport(job.out, join(work, 'large'), 20_000));
  const figures = await checkLargeReport(large, 20_000);
  await large.close();
  console.log(JSON.stringify({ live: ofLive, report: checks, large: figures }, null, 2));
} finally {
  await browser.close();
  await rm(work, { recursive: true, force: true });
}
