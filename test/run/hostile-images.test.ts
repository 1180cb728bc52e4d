import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isComplete } from '../../src/dataset/ledger/record-kinds.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { fitShape } from '../../src/images/fit.js';
import { wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { badImages, unusualImages } from '../support/hostile-images.js';
import { errorCode, sourcePath } from '../support/records.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

const size = 64;

/** Creates the job of these tests; the caller adds the difficult images. */
async function bareJob(
  t: { teardown: (undo: () => Promise<void>) => void },
  stylesPerContent: number,
): Promise<SmallJob> {
  const job = await smallJob({
    sampling: { stylesPerContent },
    recipe: { size, steps: 2 },
    run: { batch: 2 },
  });
  t.teardown(job.remove);
  return job;
}

test.serial(
  'difficult content images: valid ones are handled correctly, invalid ones are recorded with their codes',
  async (t) => {
    const job = await bareJob(t, 1);
    await rm(join(job.contentRoot, 'zebras'), { recursive: true });
    const [good, bad] = [await unusualImages(), await badImages()];
    for (const [name, { bytes }] of Object.entries(good)) await job.put(`content/unusual/${name}`, bytes);
    for (const [name, { bytes }] of Object.entries(bad)) await job.put(`content/bad/${name}`, bytes);

    const run = await wildstyle(['run', job.file], job);
    t.is(run.stderr, '');
    t.is(run.exitCode, 1, 'no failures are tolerated by default');
    const ofEach =
      '2 image-corrupt, 2 image-empty, 2 image-multi-page, 2 image-too-large, 2 image-unsupported';
    t.true(run.stdout.includes(`10 failed (${ofEach})`), run.stdout);

    const records = await readManifest(job.out);
    const codes = records
      .filter(({ status }) => status === 'failed')
      .map((record) => [sourcePath(record, 'content'), errorCode(record)]);
    // Each fails twice: as the stylized image and as the original.
    const expected = Object.entries(bad).flatMap(([name, { code }]) => [
      [`bad/${name}`, code],
      [`bad/${name}`, code],
    ]);
    t.deepEqual(codes.sort(), expected.sort());
    for (const record of records) {
      if (record.status !== 'failed') continue;
      const { error } = record;
      t.true(error.message.startsWith(`${sourcePath(record, 'content')}: `), 'the message names the file');
      t.false(error.message.includes(job.folder), 'but not the folder');
      // The decoder's own message depends on what else it decodes.
      if (error.code === 'image-corrupt') t.regex(error.message, /is damaged and cannot be decoded$/);
    }
    for (const [
      name,
      {
        size: [width, height],
      },
    ] of Object.entries(good)) {
      const made = records.filter((record) => sourcePath(record, 'content') === `unusual/${name}`);
      const complete = made.filter(isComplete);
      t.is(complete.length, made.length, name);
      const shapes = complete.map(({ status, kind, widthPx, heightPx }) => ({
        status,
        kind,
        widthPx,
        heightPx,
      }));
      const shape = {
        status: 'complete' as const,
        ...fitShape(width, height, { sizePx: size, fit: 'keep' }),
      };
      t.deepEqual(
        shapes.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
        [
          { ...shape, kind: 'original' },
          { ...shape, kind: 'stylized' },
        ],
        name,
      );
    }
    const upright = records.find((record) => sourcePath(record, 'content') === 'unusual/rotated.jpg');
    t.like(upright, { widthPx: 21, heightPx: 64 });
    t.like((await summaryOf(job.out)).counts, { items: 28, complete: 18, failed: 10, pending: 0 });

    const verified = await wildstyle(['verify', job.out], job);
    t.is(verified.exitCode, 0);
    t.regex(verified.stdout, /18 images checked, no differences\.\n$/);

    const tolerated = await wildstyle(['run', job.file, '--set', 'run.maxFailures=10'], job);
    t.is(tolerated.exitCode, 0, tolerated.stdout);
    t.regex(tolerated.stdout, /^Nothing to do/m);
    t.is((await wildstyle(['run', job.file, '--set', 'run.maxFailures=9'], job)).exitCode, 1);
  },
);

test.serial('invalid style images: items that use them fail, the others are made', async (t) => {
  const job = await bareJob(t, 6);
  for (const name of ['ponds', 'zebras']) await rm(join(job.contentRoot, name), { recursive: true });
  for (const name of ['rings', 'stripes']) await rm(join(job.styleRoot, `${name}.png`));
  const bad = await badImages();
  for (const [name, { bytes }] of Object.entries(bad)) await job.put(`style/${name}`, bytes);

  const run = await wildstyle(['run', job.file, '--set', 'run.maxFailures=10'], job);
  t.is(run.stderr, '');
  t.is(run.exitCode, 0, run.stdout);
  const records = await readManifest(job.out);
  for (const [name, { code }] of Object.entries(bad)) {
    const failed = records.filter((record) => sourcePath(record, 'style') === name);
    t.deepEqual(failed.map(errorCode), [code, code], name);
  }
  const made = records.filter(({ status, kind }) => status === 'complete' && kind === 'stylized');
  t.deepEqual(
    made.map((record) => sourcePath(record, 'style')),
    ['noise.png', 'noise.png'],
  );
  t.deepEqual((await verifyDataset(job.out)).problems, []);
});
