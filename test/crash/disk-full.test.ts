import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { wildstyle } from '../support/command-line.js';
import { imagesBelow, summaryOf } from '../support/dataset-tree.js';
import { smallJob } from '../support/small-job.js';

const run = promisify(execFile);

/** Mounts an empty disk for a test. @returns its folder; undefined, with a message, where that is not possible */
async function mountedDisk(t: ExecutionContext, folder: string, size: string): Promise<string | undefined> {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'wildstyle-test', disk]);
  } catch (error) {
    t.log(`a small disk cannot be mounted here: ${(error as Error).message.trim()}`);
    return undefined;
  }
  t.teardown(() => run('umount', [disk]));
  return disk;
}

test.serial(
  'a full disk stops the run and leaves only complete images; with free space, the next run completes',
  async (t) => {
    const job = await smallJob({ output: { format: 'png' }, recipe: { size: 64, steps: 2 } });
    t.teardown(job.remove);
    const disk = await mountedDisk(t, job.folder, '140k');
    if (disk === undefined) {
      t.pass();
      return;
    }
    const root = join(disk, 'out');

    const full = await wildstyle(['run', job.file, '--out', root, '--workers', '2'], job);
    t.is(full.exitCode, 75, full.stdout);
    t.regex(
      full.stderr,
      /^wildstyle: disk-full: .*: no space left on the disk \(ENOSPC\)\n {2}Free some space and run again. Finished images are kept\n$/,
    );
    const made = await imagesBelow(root);
    t.true(made.length > 0 && made.length < 18, `${made.length} images`);
    for (const file of made) {
      const { width } = await sharp(join(root, file))
        .raw()
        .toBuffer({ resolveWithObject: true })
        .then(({ info }) => info);
      t.is(width, 64, `${file} is whole`);
    }

    await run('mount', ['-o', 'remount,size=64m', disk]);
    const again = await wildstyle(['run', job.file, '--out', root], job);
    t.is(again.exitCode, 0, again.stderr);
    t.deepEqual((await verifyDataset(root)).problems, []);
    t.like(await summaryOf(root), { status: 'complete', counts: { items: 18, complete: 18, failed: 0 } });
  },
);

test.serial('a disk that is full from the start is reported without a crash', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const disk = await mountedDisk(t, job.folder, '64k');
  if (disk === undefined) {
    t.pass();
    return;
  }
  const root = join(disk, 'out');
  await mkdir(root);
  await writeFile(join(disk, 'filler'), Buffer.alloc(1 << 20)).catch(() => {});
  const full = await wildstyle(['run', job.file, '--out', root], job);
  t.is(full.exitCode, 75);
  t.regex(full.stderr, /^wildstyle: disk-full: /);
  t.notRegex(full.stderr, /\n\s+at /);
  await rm(join(disk, 'filler'));
  await run('mount', ['-o', 'remount,size=16m', disk]);
  t.is((await wildstyle(['run', job.file, '--out', root], job)).exitCode, 0);
});

test.serial(
  'a disk that is too full for the contact sheet only is a note, and with free space the next run adds it',
  async (t) => {
    const job = await smallJob();
    t.teardown(job.remove);
    const disk = await mountedDisk(t, job.folder, '900k');
    if (disk === undefined) {
      t.pass();
      return;
    }
    const root = join(disk, 'out');
    const full = await wildstyle(['run', job.file, '--out', root], job);
    t.is(full.exitCode, 0, full.stderr);
    t.regex(
      full.stdout,
      /note: No space for contact-sheet\.png \(.*no space left on the disk \(ENOSPC\)\)\. The dataset does not need it; the next run adds what is missing\.$/m,
    );
    t.notRegex(full.stdout, /^Contact sheet:/m);
    t.deepEqual((await verifyDataset(root)).problems, []);
    t.like(await summaryOf(root), { status: 'complete', counts: { items: 18, complete: 18 } });

    await run('mount', ['-o', 'remount,size=64m', disk]);
    const again = await wildstyle(['run', job.file, '--out', root], job);
    t.is(again.exitCode, 0, again.stderr);
    t.regex(again.stdout, /^Nothing to do: all images exist\.$/m);
    t.regex(again.stdout, /^Contact sheet: .*contact-sheet\.png$/m);
    t.deepEqual((await verifyDataset(root)).problems, []);
  },
);
