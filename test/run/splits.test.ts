import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp, { type Sharp } from 'sharp';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isComplete } from '../../src/dataset/ledger/record-kinds.js';
import { readSplitsFile } from '../../src/dataset/splits-file.js';
import { findLeaks } from '../../src/dataset/verify/leaks/leaks.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { sha256 } from '../../src/files/digest.js';
import type { DuplicatePair } from '../../src/splits/duplicates.js';
import { wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { blurryImage, type Motif, smallImage } from '../support/small-images.js';
import { type JobChanges, type SmallJob, smallJob } from '../support/small-job.js';

const recipe = { network: 'random', size: 32, optimizer: 'adam', steps: 1, stages: [] };

/** A job with pictures of its own instead of the usual ones. */
async function jobWith(files: readonly string[], changes: JobChanges): Promise<SmallJob> {
  const job = await smallJob({ recipe, ...changes });
  await rm(job.contentRoot, { recursive: true });
  for (const [index, file] of files.entries()) await job.put(`content/${file}`, await picture(index));
  return job;
}

function picture(index: number): Promise<Buffer> {
  const motif: Motif = index % 2 === 0 ? 'rings' : 'stripes';
  return smallImage(motif, 1 + (index >> 1))
    .png()
    .toBuffer();
}

const numbered = (label: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${label}/${i}.png`);
const splitsOf = async ({ out }: SmallJob) =>
  new Map((await readManifest(out)).map(({ sources, split }) => [sources.content?.path ?? '', split]));
const leaksIn = async (root: string) =>
  (await findLeaks(root, await summaryOf(root))).problems.map(({ code, file }) => [code, file]);

test('drawn splits: shares, originals and columns; a clean set has no leaks; --extend moves nothing', async (t) => {
  const split = {
    shares: { train: 0.6, validation: 0.2, test: 0.2 },
    robustness: ['test'],
    styles: 'disjoint',
  };
  const job = await jobWith([...numbered('a', 5), ...numbered('b', 5)], {
    split,
    sampling: { stylesPerContent: 1 },
  });
  t.teardown(job.remove);
  const first = await wildstyle(['run', job.file], job);
  t.is(first.exitCode, 0, first.stderr);
  const { counts } = await summaryOf(job.out);
  t.deepEqual(counts.splits, { test: 2, test_stylized: 2, train: 12, validation: 2 });
  const records = (await readManifest(job.out)).filter(isComplete);
  for (const { kind, split: name, file, group } of records) {
    t.is(file.split('/')[0], name as string);
    t.regex(group ?? '', /^[0-9a-f]{16}$/);
    t.true(kind === 'original' ? name !== 'test_stylized' : name === 'train' || name === 'test_stylized');
  }
  const [row] = (await readFile(join(job.out, 'test_stylized/metadata.jsonl'), 'utf8')).split('\n');
  t.like(JSON.parse(row), { split: 'test_stylized', kind: 'stylized', label: 'a' });
  const clean = await wildstyle(['verify', job.out, '--leaks'], job);
  t.regex(
    clean.stdout,
    /18 images checked, no differences\.\n3 splits \(test, train, validation\), \d+ pictures compared: no leaks\.\n$/,
  );

  const before = await splitsOf(job);
  for (const [index, label] of ['a', 'a', 'b'].entries())
    await job.put(`content/${label}/new-${index}.png`, await picture(20 + index));
  const refused = await wildstyle(['run', job.file], job);
  t.is(refused.exitCode, 2);
  const extended = await wildstyle(['run', job.file, '--extend'], job);
  t.is(extended.exitCode, 0, extended.stderr);
  const after = await splitsOf(job);
  for (const [path, name] of before) t.is(after.get(path), name, path);
  t.is(after.size, 13);
  t.is((await readSplitsFile(job.out))?.filter(({ source }) => source === 'content').length, 13);
  t.deepEqual((await verifyDataset(job.out, { leaks: true })).problems, []);
  const again = await wildstyle(['run', job.file], job);
  t.regex(again.stdout, /^Nothing to do/, again.stderr);

  // Other shares only apply to images that come later, and are another job.
  const other = await wildstyle(['run', job.file, '--set', 'split.shares={train: 0.5, test: 0.5}'], job);
  t.is(other.exitCode, 2);
  t.regex(other.stderr, /split\.shares\.train: 0\.6 -> 0\.5/);

  const summary = await summaryOf(job.out);
  const stylized = records.find(({ split: name }) => name === 'test_stylized');
  const other_ = records.find(({ split: name, kind }) => name === 'train' && kind === 'stylized');
  if (!stylized || !other_) return t.fail();
  const { style } = other_.sources as { style: { path: string; sha256: string } };
  const copy = await sharp(join(job.folder, 'style', style.path))
    .resize(40)
    .jpeg({ quality: 60 })
    .toBuffer();
  await job.put('style/copy.jpg', copy);
  // The style itself, and a smaller copy in another format.
  for (const planted of [style, { ...style, path: 'copy.jpg', sha256: sha256(copy) }]) {
    const shared = join(job.folder, `shared-${planted.path.replace(/\W/g, '-')}`);
    await cp(job.out, shared, { recursive: true });
    const lines = (await readFile(join(shared, 'manifest.jsonl'), 'utf8')).split('\n');
    const forged = lines.map((line) => {
      if (!line.includes(stylized.id)) return line;
      const record = JSON.parse(line);
      return JSON.stringify({ ...record, sources: { ...record.sources, style: planted } });
    });
    await writeFile(join(shared, 'manifest.jsonl'), forged.join('\n'));
    const { problems } = await findLeaks(shared, summary);
    t.deepEqual([...new Set(problems.map(({ code }) => code))], ['style-shared'], planted.path);
  }
});

test('planted leaks are all found: copied, re-encoded, mirrored, of one group', async (t) => {
  const files = ['train/a/0.png', 'train/a/1.png', 'train/a/2.png', 'test/a/3.png', 'test/a/4.png'];
  const job = await jobWith(files, {
    split: { from: 'folders' },
    sampling: { stylesPerContent: 1, keepOriginals: false },
  });
  t.teardown(job.remove);
  const [zero, one] = [await picture(0), await picture(1)];
  await job.put('content/test/a/copy.png', zero);
  const refused = await wildstyle(['run', job.file], job);
  t.is(refused.exitCode, 2);
  t.regex(
    refused.stderr,
    /split-conflict: test\/a\/copy\.png \(test\) and train\/a\/0\.png \(train\) are the same photograph in two splits\./,
  );
  await rm(join(job.contentRoot, 'test/a/copy.png'));
  await job.put('content/test/a/recoded.jpg', await sharp(zero).resize(40).jpeg({ quality: 40 }).toBuffer());
  await job.put('content/test/a/mirrored.png', await sharp(one).flop().png().toBuffer());
  const copies = await wildstyle(['run', job.file], job);
  t.is(copies.exitCode, 2);
  t.regex(
    copies.stderr,
    /split-conflict: test\/a\/mirrored\.png \(test\) and train\/a\/1\.png \(train\) are copies of one photograph in two splits\.\n.*split\.copies to allow/,
  );
  const listed = await wildstyle(['plan', job.file, '--duplicates'], job);
  t.deepEqual(listed.stdout.trimEnd().split('\n'), [
    'source,first,second,same,class1,class2,split1,split2',
    'content,test/a/recoded.jpg,train/a/0.png,picture,,,test,train',
    'content,test/a/mirrored.png,train/a/1.png,picture,,,test,train',
  ]);
  await writeFile(
    job.file,
    (await readFile(job.file, 'utf8')).replace('from: folders', 'from: folders\n  copies: allow'),
  );
  const run = await wildstyle(['run', job.file], job);
  t.is(run.exitCode, 0, run.stderr);
  t.regex(
    run.stdout,
    /note: test\/a\/mirrored\.png \(test\) and train\/a\/1\.png \(train\) look like the same picture in two splits\.\n/,
  );
  t.regex(
    run.stdout,
    /note: test\/a\/recoded\.jpg \(test\) and train\/a\/0\.png \(train\) look like the same picture in two splits\.\n/,
  );
  const found = await wildstyle(['verify', job.out, '--leaks'], job);
  t.is(found.exitCode, 1);
  for (const [later, earlier] of [
    ['train/a/1.png', 'test/a/mirrored.png'],
    ['train/a/0.png', 'test/a/recoded.jpg'],
  ])
    t.true(
      found.stdout.includes(
        `is made from ${later} (content folder), which looks like ${earlier} (content folder), which is in another split`,
      ),
      found.stdout,
    );
  t.regex(found.stdout, /: 2 leaks\./);
  // Also where the sources are gone.
  await rm(job.contentRoot, { recursive: true });
  const { problems, unknown } = await findLeaks(job.out, await summaryOf(job.out));
  t.is(unknown, 0);
  t.deepEqual(
    problems.map(({ code }) => code),
    ['picture-shared', 'picture-shared'],
  );

  const copied = join(job.folder, 'copied');
  await cp(job.out, copied, { recursive: true });
  const [image] = (await readManifest(job.out)).filter(isComplete).filter(({ split }) => split === 'train');
  await cp(join(copied, image.file), join(copied, 'test/a/planted.png'));
  const planted = (await leaksIn(copied)).filter(([, file]) => file === 'test/a/planted.png');
  t.deepEqual(planted, [['image-shared', 'test/a/planted.png']]);
  const altered = {
    'again.webp': (from: Sharp) => from.webp({ quality: 80 }),
    'mirrored.png': (from: Sharp) => from.flop(),
    'turned.png': (from: Sharp) => from.rotate(90),
    'recoded.jpg': (from: Sharp) => from.jpeg({ quality: 50 }),
  };
  for (const [name, change] of Object.entries(altered))
    await change(sharp(zero)).toFile(join(copied, `test/a/${name}`));
  const similar = (await leaksIn(copied)).flatMap(([code, file]) =>
    code === 'picture-shared' ? [file] : [],
  );
  for (const name of Object.keys(altered)) t.true(similar.includes(`test/a/${name}`), name);
  for (const name of Object.keys(altered)) await rm(join(copied, `test/a/${name}`));
  // Two files that look like no picture that the dataset knows.
  const foreign = ['train/a/foreign.png', 'test/a/foreign.jpg'];
  for (const name of foreign) await sharp(await picture(9)).toFile(join(copied, name));
  const alike = (await leaksIn(copied)).flatMap(([code, file]) => (code === 'picture-shared' ? [file] : []));
  for (const name of foreign) t.true(alike.includes(name), name);
  for (const name of foreign) await rm(join(copied, name));
  const lines = (await readFile(join(copied, 'manifest.jsonl'), 'utf8')).trimEnd().split('\n');
  const grouped = lines.map((line) => JSON.stringify({ ...JSON.parse(line), group: 'patient 1' }));
  await writeFile(join(copied, 'manifest.jsonl'), `${grouped.join('\n')}\n`);
  t.true((await leaksIn(copied)).some(([code]) => code === 'group-shared'));
});

test('--extend refuses a photograph in a second split, also without originals', async (t) => {
  const job = await jobWith(numbered('a', 2), { sampling: { stylesPerContent: 1, keepOriginals: false } });
  t.teardown(job.remove);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  const refused = await wildstyle(
    ['run', job.file, '--set', 'output.split=test', '--set', 'seed=8', '--extend'],
    job,
  );
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /split-conflict: The photograph a\/0\.png is in two splits: train and test\./);
});

test('drawn splits keep copies of a photograph together, unless the job allows them apart', async (t) => {
  const files = numbered('a', 12);
  const job = await jobWith(files, { split: { shares: { train: 0.5, test: 0.5 } } });
  t.teardown(job.remove);
  for (const [index] of files.entries()) {
    const photograph = await (await blurryImage(10 * index, 96, 80)).png().toBuffer();
    await job.put(`content/a/${index}.png`, photograph);
    const copy = sharp(photograph).resize(64).jpeg({ quality: 60 });
    await job.put(`content/a/${index}-copy.jpg`, await copy.toBuffer());
  }
  const pairsOf = async (...options: string[]) => {
    const { exitCode, stdout, stderr } = await wildstyle(['plan', job.file, '--json', ...options], job);
    t.is(exitCode, 0, stderr);
    const { duplicatePairs, warnings } = JSON.parse(stdout) as {
      duplicatePairs: DuplicatePair[];
      warnings: string[];
    };
    return { apart: duplicatePairs.filter(({ splits }) => splits), pairs: duplicatePairs, warnings };
  };
  const together = await pairsOf();
  t.is(together.pairs.length, 12);
  t.deepEqual([together.apart, together.warnings], [[], []]);
  const { apart, warnings } = await pairsOf('--set', 'split.copies=allow');
  t.true(apart.length > 5, `${apart.length}`);
  t.regex(warnings[4] ?? '', /\(and \d more: `plan --duplicates` lists all\)\.$/);
});

test('splits and groups from a CSV file; the same picture in two classes is told', async (t) => {
  const files = [...numbered('a', 4), ...numbered('b', 2)];
  const job = await jobWith(files, {
    split: { from: { column: 'part' }, groupBy: 'patient', csv: 'parts.csv', copies: 'allow' },
  });
  t.teardown(job.remove);
  const rows = files.map((file, index) => `${file},${index < 3 ? 'train' : 'test'},p${index}`);
  await job.put('parts.csv', ['file,part,patient', ...rows].join('\n'));
  await job.put(
    'content/b/0.png',
    await sharp(await picture(0))
      .resize(36)
      .png()
      .toBuffer(),
  );
  const planned = await wildstyle(['plan', job.file, '--json'], job);
  t.is(planned.exitCode, 0, planned.stderr);
  const { splits, warnings } = JSON.parse(planned.stdout);
  t.like(splits[1], { split: 'train', contents: 3 });
  t.true(
    warnings.includes('a/0.png and b/0.png look like the same picture in two classes.'),
    warnings.join(),
  );
  await job.put(
    'parts.csv',
    ['file,part,patient', ...rows.map((row) => row.replace(/p\d$/, 'p1'))].join('\n'),
  );
  const refused = await wildstyle(['plan', job.file], job);
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /are of the group "p1", but in two splits/);
});
