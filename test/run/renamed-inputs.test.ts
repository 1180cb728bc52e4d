import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { wildstyle } from '../support/command-line.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { quickest, smallJob } from '../support/small-job.js';

test('with --extend, renamed inputs keep their images, and everything tells the new names', async (t) => {
  const job = await smallJob(quickest);
  t.teardown(job.remove);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  const images = await imagesBelow(job.out);
  const sheet = () => readFile(join(job.out, 'contact-sheet.png'), 'base64');
  await rename(join(job.contentRoot, 'ponds/rings.png'), join(job.contentRoot, 'ponds/pool.png'));
  for (const name of ['rings', 'stripes', 'noise'])
    await rename(join(job.styleRoot, `${name}.png`), join(job.styleRoot, `${name}-painted.png`));
  t.is((await wildstyle(['run', job.file], job)).exitCode, 2, 'without --extend, it is another job');
  const before = await sheet();
  const { exitCode, stdout, stderr } = await wildstyle(['run', job.file, '--extend'], job);
  t.is(exitCode, 0, stderr);
  const texts = await Promise.all(
    ['manifest.jsonl', 'train/metadata.jsonl', 'README.md', 'report.html'].map(async (file) => [
      file,
      await readFile(join(job.out, file), 'utf8'),
    ]),
  );
  const old = /ponds\/rings\.png|"(?:rings|stripes|noise)\.png|(?<=\+ )(?:rings|stripes|noise)\.png/;
  for (const [file, text] of texts) t.notRegex(text, old, file);
  for (const { sources } of await readManifest(job.out)) {
    const { content, style } = sources as Record<string, { path: string }>;
    t.regex(style.path, /-painted\.png$/);
    t.not(content.path, 'ponds/rings.png');
  }
  t.deepEqual(await imagesBelow(job.out), images, stdout);
  t.not(await sheet(), before, 'captions have the new names');
  t.deepEqual((await verifyDataset(job.out)).problems, []);
});
