import { join } from 'node:path';
import test from 'ava';
import { verifyDataset } from '../../../src/dataset/verify/verify.js';
import { loadJob } from '../../../src/job/load.js';
import { prepare } from '../../../src/run/preparing/prepare.js';
import type { RunEvent } from '../../../src/run/progress/events.js';
import { runPlan } from '../../../src/run/run.js';
import { wildstyle } from '../../support/command-line.js';
import { imagesBelow, summaryOf, treeOf } from '../../support/dataset-tree.js';
import { type SmallJob, smallCounts, smallJob } from '../../support/small-job.js';

let job: SmallJob;
const timeZone = 'Europe/Berlin';

test.before(async () => {
  // Long enough that a deadline comes in the middle.
  job = await smallJob({ recipe: { steps: 200 }, run: { window: { hours: '22:00-06:00', timeZone } } });
  process.env.XDG_CACHE_HOME = job.cache;
});
test.after.always(() => job?.remove());

/** A clock that shows a time when it is first looked at, and goes on from there. */
function clockAt(text: string): () => number {
  let startMs: number | undefined;
  return () => {
    startMs ??= Date.now();
    return Date.parse(text) + Date.now() - startMs;
  };
}

async function runAt(root: string, now: () => number) {
  const events: RunEvent[] = [];
  const prepared = await prepare(await loadJob(job.file, { overrides: [`output.root=${root}`] }));
  const result = await runPlan(prepared, { now, onEvent: (event) => events.push(event) });
  return { result, events };
}

test.serial(
  'nights: a run ends with its window, and the next night goes on, across changes of the clock',
  async (t) => {
    const root = join(job.folder, 'nights');
    // Two seconds before six in the morning, in the nights before which clocks went forward and back.
    const ends = ['2026-03-29T05:59:57+02:00', '2026-10-25T05:59:57+01:00'];
    let made = 0;
    for (const end of ends) {
      const now = clockAt(end);
      const { result, events } = await runAt(root, now);
      t.is(result.status, 'stopped', 'this machine made everything in three seconds');
      t.is(result.stoppedBy, 'window');
      t.true(events.some(({ type }) => type === 'draining'));
      const { status, counts } = await summaryOf(root);
      t.is(status, 'partial');
      t.true(counts.complete >= made, `${counts.complete} images`);
      made = counts.complete;
      t.is((await imagesBelow(root)).length, made, 'an image that was given up is not in the folder');
      t.deepEqual((await verifyDataset(root)).problems, []);
      await t.throwsAsync(runAt(root, clockAt(end.replace('05:59:57', '06:00:00'))), {
        code: 'outside-window',
      });
    }
    const { result } = await runAt(root, clockAt('2026-10-25T22:00:00+01:00'));
    t.is(result.status, 'complete');
    t.is(result.stoppedBy, undefined);
    const nothing = await runAt(root, clockAt('2026-10-26T12:00:00+01:00'));
    t.is(nothing.result.status, 'nothing', 'a complete dataset is complete at any time');
    const { exitCode, stderr } = await wildstyle(
      ['run', job.file, '--out', join(job.folder, 'day'), '--window', 'always'],
      job,
    );
    t.is(exitCode, 0, stderr);
    t.deepEqual((await treeOf(root)).files, (await treeOf(join(job.folder, 'day'))).files);
  },
);

test.serial(
  '--max-images makes that many, of all classes; --max-runtime stops; both exit with 75',
  async (t) => {
    const root = join(job.folder, 'parts');
    const run = (...args: string[]) =>
      wildstyle(['run', job.file, '--out', root, '--window', 'always', ...args], job);
    const first = await run('--max-images', '5');
    t.is(first.exitCode, 75, first.stderr);
    t.regex(first.stdout, /^13 images left \(--max-images\)\. Run the same command again to resume\.$/m);
    t.regex(first.stdout, /^\S+Z Making \d stylized images? and \d originals? with/m);
    const { counts } = await summaryOf(root);
    t.is(counts.complete, 5);
    const sizes = Object.values(counts.classes).map(({ originals, stylized }) => originals + stylized);
    t.deepEqual(sizes.sort(), [1, 2, 2], 'five images of three classes');
    const second = await run('--max-runtime', '1s');
    t.is(second.exitCode, 75, second.stderr);
    t.regex(second.stdout, /^\S+Z Stopping \(--max-runtime, \w{3} .*\): finishing the images in progress\./m);
    t.deepEqual((await verifyDataset(root)).problems, []);
    const last = await run();
    t.is(last.exitCode, 0, last.stderr);
    t.is((await summaryOf(root)).counts.complete, smallCounts.items);
  },
);

test.serial('mistakes in limits are explained', async (t) => {
  const run = async (...args: string[]) => {
    const { exitCode, stderr } = await wildstyle(['run', job.file, ...args], job);
    t.is(exitCode, 2);
    return stderr;
  };
  t.regex(
    await run('--until', 'noon'),
    /--until must be a time, such as 06:00 or 2026-11-28 06:00, not noon/,
  );
  t.regex(await run('--until', '2020-01-01 06:00'), /in the past/);
  t.regex(
    await run('--max-runtime', '8'),
    /--max-runtime must be a duration, such as 8h, 90m or 1h30m, not 8/,
  );
  t.regex(await run('--max-images', '0'), /--max-images must be a whole number above 0/);
  t.regex(await run('--window', '22-6'), /--window 22-6: .*is not two times, such as 22:00-06:00/);
  t.regex(await run('--set', 'run.window={ hours: "22:00-06:00", timeZone: Atlantis }'), /not a time zone/);
});

test.serial('plan says how many nights a job needs', async (t) => {
  const { stdout, stderr } = await wildstyle(['plan', job.file, '--set', 'recipe.steps=9000'], job);
  t.regex(stdout, /^Window {2}\d+ nights?, done about \w{3} \d{4}-\d\d-\d\d \d\d:\d\d$/m, stderr);
});
