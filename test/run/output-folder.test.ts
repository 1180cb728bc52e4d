import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { writerOf } from '../../src/dataset/lock.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { startWildstyle, until, wildstyle } from '../support/command-line.js';
import { imageDigests, summaryOf, timesBelow, treeOf } from '../support/dataset-tree.js';
import { smallImage } from '../support/small-images.js';
import { type SmallJob, smallCounts, smallJob } from '../support/small-job.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob();
  const { exitCode, stderr } = await wildstyle(['run', job.file], job);
  if (exitCode !== 0) throw new Error(stderr);
});
test.after.always(() => job?.remove());

test.serial('running the same job again does nothing, says so, and touches no file', async (t) => {
  const before = await timesBelow(job.out);
  const again = await wildstyle(['run', job.file], job);
  t.is(again.exitCode, 0);
  t.is(again.stderr, '');
  t.regex(again.stdout, /^Nothing to do: all images exist\.\n18 images in .*: 12 stylized, 6 originals\.\n$/);
  t.deepEqual(await timesBelow(job.out), before);
});

test.serial('the working folder of a complete dataset may be deleted', async (t) => {
  const copy = join(job.folder, 'copy');
  await cp(job.out, copy, { recursive: true });
  await rm(join(copy, '.wildstyle'), { recursive: true });
  const again = await wildstyle(['run', job.file, '--out', copy], job);
  t.is(again.exitCode, 0);
  t.regex(again.stdout, /^Nothing to do/);
});

test.serial('settings under run may change; settings that change the result may not', async (t) => {
  const same = await wildstyle(['run', job.file, '--set', 'run.workers=2', '--set', 'run.batch=4'], job);
  t.is(same.exitCode, 0);
  t.regex(same.stdout, /^Nothing to do/);
  const before = await timesBelow(job.out);
  const other = await wildstyle(['run', job.file, '--set', 'recipe.steps=4', '--set', 'seed=8'], job);
  t.is(other.exitCode, 2);
  t.is(other.stdout, '');
  t.is(
    other.stderr,
    `wildstyle: output-differs: ${job.out} was created by a different job. Differences:
  seed: 7 -> 8
  recipe.steps: 3 -> 4
  Choose another folder with --out, or add to this one with --extend, which keeps its images.
`,
  );
  t.deepEqual(await timesBelow(job.out), before);
});

test.serial('an added image is a difference', async (t) => {
  const other = await smallJob();
  t.teardown(other.remove);
  t.is((await wildstyle(['run', other.file, '--limit', '1'], other)).exitCode, 0);
  await other.put('content/ponds/new.png', await smallImage('noise', 40).png().toBuffer());
  const refused = await wildstyle(['run', other.file, '--limit', '1'], other);
  t.is(refused.exitCode, 2);
  t.true(refused.stderr.includes('  content images added: 1 (ponds/new.png)\n'), refused.stderr);
});

test.serial('--extend adds images and keeps the existing ones', async (t) => {
  const before = await treeOf(job.out);
  const images = await imageDigests(job.out);
  const extended = await wildstyle(['run', job.file, '--set', 'recipe.steps=4', '--extend'], job);
  t.is(extended.exitCode, 0, extended.stderr);
  const after = await imageDigests(job.out);
  t.like(after, images);
  // Originals do not depend on the steps.
  t.is(Object.keys(after).length, smallCounts.items + smallCounts.stylized);
  const { records } = await treeOf(job.out);
  t.is(records.length, 30);
  for (const record of before.records) {
    t.deepEqual(
      records.find(({ id }) => id === record.id),
      record,
    );
  }
  t.is(records.filter(({ kind, drawn }) => kind === 'stylized' && drawn.steps === 4).length, 12);
  t.like((await summaryOf(job.out)).counts, { items: 30, stylized: 24, originals: 6, failed: 0, pending: 0 });
  t.deepEqual((await verifyDataset(job.out)).problems, []);
  const again = await wildstyle(['run', job.file, '--set', 'recipe.steps=4'], job);
  t.is(again.exitCode, 0);
  t.regex(again.stdout, /^Nothing to do/);
});

test.serial(
  'an extended dataset lists all its jobs and reports images that cannot be recreated',
  async (t) => {
    const { job: last, earlierJobs } = await summaryOf(job.out);
    t.like(last, { recipe: { steps: 4 } });
    t.is(earlierJobs.length, 1);
    t.like(earlierJobs[0], { recipe: { steps: 3 }, seed: 7 });
    const card = await readFile(join(job.out, 'README.md'), 'utf8');
    t.regex(card, /The last of 2 jobs that created the dataset/);
    const { records } = await treeOf(job.out);
    const old = records.find(({ kind, drawn }) => kind === 'stylized' && drawn.steps === 3);
    if (old?.status !== 'complete') return t.fail();
    await rm(join(job.out, old.file));
    const again = await wildstyle(['run', job.file, '--set', 'recipe.steps=4'], job);
    t.is(again.exitCode, 0);
    t.true(
      again.stdout.includes(
        `note: 1 image from earlier jobs is missing, and this job cannot recreate it: ${old.file}\n`,
      ),
      again.stdout,
    );
    t.like(await summaryOf(job.out), { counts: { items: 29 }, earlierJobs });
    t.deepEqual((await verifyDataset(job.out)).problems, []);
  },
);

test.serial('--retry-failed keeps the list of earlier jobs', async (t) => {
  const other = await smallJob({ run: { workers: 1, threads: 1, batch: 1, maxFailures: 99 } });
  t.teardown(other.remove);
  await other.put('content/ponds/bad.png', 'no image');
  const run = (...args: readonly string[]) => wildstyle(['run', other.file, ...args], other);
  t.is((await run()).exitCode, 0);
  t.is((await run('--set', 'recipe.steps=4', '--extend')).exitCode, 0);
  const { earlierJobs, status } = await summaryOf(other.out);
  t.is(status, 'complete');
  t.is(earlierJobs.length, 1);
  t.is((await run('--set', 'recipe.steps=4', '--retry-failed')).exitCode, 0);
  t.deepEqual((await summaryOf(other.out)).earlierJobs, earlierJobs);
});

test.serial('a folder that is not a dataset stays untouched', async (t) => {
  const foreign = join(job.folder, 'thesis');
  await job.put('thesis/chapter-1.txt', 'In the beginning');
  const refused = await wildstyle(['run', job.file, '--out', foreign], job);
  t.is(refused.exitCode, 2);
  t.is(
    refused.stderr,
    `wildstyle: output-foreign: ${foreign}: not empty and not a wildstyle dataset (chapter-1.txt)\n  Use a new or empty folder.\n`,
  );
  t.deepEqual(await readdir(foreign), ['chapter-1.txt']);
  const file = await job.put('a-file', 'text');
  const onFile = await wildstyle(['run', job.file, '--out', file], job);
  t.is(onFile.exitCode, 2);
  t.true(onFile.stderr.startsWith(`wildstyle: output-foreign: ${file}: is a file`), onFile.stderr);
});

test.serial('a damaged manifest is rejected with the line number', async (t) => {
  const damaged = join(job.folder, 'copy');
  await writeFile(join(damaged, 'manifest.jsonl'), '{"id":\n');
  const refused = await wildstyle(['run', job.file, '--out', damaged], job);
  t.is(refused.exitCode, 2);
  t.true(
    refused.stderr.startsWith('wildstyle: dataset-invalid: manifest.jsonl:1: not JSON: '),
    refused.stderr,
  );
});

test.serial('of two concurrent runs, the second is rejected and the first continues', async (t) => {
  const root = join(job.folder, 'shared');
  const first = startWildstyle(['run', job.file, '--out', root, '--set', 'recipe.steps=30'], job);
  await until('its lock', () => writerOf(root));
  const second = await wildstyle(['run', job.file, '--out', root, '--set', 'recipe.steps=30'], job);
  t.is(second.exitCode, 75);
  t.is(second.stdout, '');
  const [line, cure, ...rest] = second.stderr.split('\n');
  t.true(
    line.startsWith(
      `wildstyle: output-in-use: ${root}: another run is writing to this folder (process ${first.pid} on `,
    ),
    line,
  );
  t.regex(cure, /^ {2}Wait for it, or stop it\./);
  t.deepEqual(rest, ['']);
  t.is((await first.ended).exitCode, 0);
  t.is((await summaryOf(root)).status, 'complete');
  t.is(await writerOf(root), undefined);
});
