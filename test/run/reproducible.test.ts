import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { wildstyle } from '../support/command-line.js';
import { imagesBelow, summaryOf, treeOf } from '../support/dataset-tree.js';
import { type SmallJob, smallCounts, smallJob } from '../support/small-job.js';

let job: SmallJob;

async function made(name: string, ...options: readonly string[]): Promise<string> {
  const root = join(job.folder, name);
  const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', root, ...options], job);
  if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${stderr}`);
  return root;
}

test.before(async () => {
  job = await smallJob({ recipe: { optimizer: { choice: ['adam', 'lbfgs'] } } });
  await made('first');
});
test.after.always(() => job?.remove());

test.serial('the first run makes every planned image', async (t) => {
  const root = join(job.folder, 'first');
  const { counts, status } = await summaryOf(root);
  t.is(status, 'complete');
  t.like(counts, {
    ...smallCounts,
    complete: smallCounts.items,
    failed: 0,
    pending: 0,
    splits: { train: 18 },
  });
  const ofClass = { stylized: 4, originals: 2, failed: 0, pending: 0 };
  t.deepEqual(counts.classes, { clouds: ofClass, ponds: ofClass, zebras: ofClass });
  const images = await imagesBelow(root);
  t.is(images.length, smallCounts.items);
  const { records } = await treeOf(root);
  const complete = records.filter((record) => record.status === 'complete');
  t.is(complete.length, images.length);
  t.is(new Set(complete.map(({ sha256 }) => sha256)).size, images.length, 'all differ');
  const { format, width, height } = await sharp(await readFile(join(root, images[0]))).metadata();
  t.deepEqual({ format, width, height }, { format: 'png', width: 32, height: 32 });
});

const ways: readonly [string, readonly string[]][] = [
  ['once more', []],
  ['two workers', ['--workers', '2']],
  ['two threads', ['--set', 'run.threads=2']],
  ['three images together', ['--set', 'run.batch=3']],
];

for (const [way, options] of ways) {
  test.serial(`${way}: equal bytes and equal records`, async (t) => {
    const [first, second] = [
      await treeOf(join(job.folder, 'first')),
      await treeOf(await made(way, ...options)),
    ];
    t.deepEqual(second.records, first.records);
    t.deepEqual(second.files, first.files);
    t.is(second.resultDigest, first.resultDigest);
    t.is(second.planDigest, first.planDigest);
    const [one, other] = ['first', way].map((name) => join(job.folder, name, 'contact-sheet.png'));
    t.deepEqual(await readFile(other), await readFile(one), 'the contact sheet too');
  });
}

test.serial('existing images do not change the images made later', async (t) => {
  const mixed = await smallJob({
    recipe: { size: { choice: [32, 32, 112] }, steps: 60, optimizer: 'lbfgs' },
    run: { workers: 1, threads: 1, batch: 'auto' },
  });
  try {
    const run = () => wildstyle(['run', mixed.file], mixed);
    t.is((await run()).exitCode, 0);
    const whole = await treeOf(mixed.out);
    const sizes = new Set(whole.records.map(({ drawn }) => drawn.size));
    t.deepEqual([...sizes].sort(), [112, 32], 'both sizes were drawn');
    const small = whole.records.filter(({ kind, drawn }) => kind === 'stylized' && drawn.size === 32);
    t.true(small.length > 0);
    for (const record of small) {
      if (record.status !== 'complete') return t.fail();
      await rm(join(mixed.out, record.file));
    }
    t.is((await run()).exitCode, 0);
    const again = await treeOf(mixed.out);
    t.deepEqual(again.files, whole.files);
    t.is(again.resultDigest, whole.resultDigest);
  } finally {
    await mixed.remove();
  }
});
