import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import sharp from 'sharp';
import { loadJob } from '../../src/job/load.js';
import { wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { smallImage } from '../support/small-images.js';
import { type SmallJob, smallJob } from '../support/small-job.js';
import { onTerminal } from '../support/terminal.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob();
  await job.put('content/ponds/notes.txt', 'no image');
  await job.put('content/ponds/broken.jpg', 'no image either');
  // Their headers are right: only decoding tells.
  const whole = await smallImage('noise', 99).png().toBuffer();
  const truncated = whole.subarray(0, whole.length - 200);
  await job.put('content/clouds/[cut] off.png', truncated);
  await job.put('content/clouds/copy.png', truncated);
  await job.put('style/cut.png', truncated);
});
test.after.always(() => job?.remove());

const folders = ['--content', 'content', '--style', 'style', '--styles-per-content', '1'];

test.serial('without a terminal: flags alone; the job runs as it is', async (t) => {
  const where = { cache: job.cache, cwd: job.folder };
  const file = join(job.folder, 'jobs', 'first.yaml');
  const { exitCode, stdout, stderr } = await wildstyle(
    ['init', ...folders, '--job', file, '--out', 'made', '--preview', '--strength', 'strong'],
    where,
  );
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^Photographs: 8 images in 3 classes: /);
  t.regex(stdout, /All have a long edge of 48 pixels\./);
  t.regex(stdout, /1 image cannot be used and will be left out: ponds\/broken\.jpg \(image-unsupported\)\./);
  t.regex(stdout, /Paintings: 3 images\./);
  t.regex(stdout, /1 image cannot be used and will be left out: cut\.png \(image-corrupt\)\./);
  t.regex(
    stdout,
    /2 of the 8 photographs cannot be used and will be left out: clouds\/\[cut\] off\.png \(image-corrupt\), clouds\/copy\.png/,
  );
  const inClasses = '6 images in 3 classes: clouds 2, ponds 2, zebras 2.';
  t.true(stdout.includes(`Photographs left: ${inClasses}`), stdout);
  const text = await readFile(file, 'utf8');
  t.true(text.includes(`# Photographs: ${inClasses}`), 'the job counts as the terminal does');
  t.regex(text, /# 3 images cannot be used and will be left out: clouds\/\[cut\] off\.png /);
  t.regex(text, / ms, measured at 48 px just before this file was written\.$/m);
  t.regex(stdout, /1 other file, not used: ponds\/notes\.txt\./);
  t.regex(
    stdout,
    /6 stylized images and 6 originals\.\n(About|Less) .* on this machine \(\d+ workers?\), .* of disk\./,
  );
  const { width = 0, height = 0 } = await sharp(join(job.folder, 'jobs', 'preview.png')).metadata();
  t.true(width > 100 && height > 100);

  const { recipe, sampling, output, content } = await loadJob(file);
  t.deepEqual(recipe.style.strength, { logUniform: [20, 100] });
  t.is(recipe.size, 48, 'no larger than the photographs');
  t.is(sampling.stylesPerContent, 1);
  t.true(sampling.balanceClasses === false);
  t.is(output.root, join(job.folder, 'made'));
  t.is(content.root, job.contentRoot);

  const ran = await wildstyle(['run', file], where);
  t.is(ran.exitCode, 0, ran.stderr);
  const { complete, failed } = (await summaryOf(output.root)).counts;
  t.deepEqual([complete, failed], [12, 0], 'the broken ones are left out');
});

test.serial('refuses to replace a job, and names what is missing', async (t) => {
  const where = { cache: job.cache, cwd: job.folder };
  const before = await readFile(job.file, 'utf8');
  const refused = await wildstyle(['init', ...folders], where);
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /job\.yaml already exists\..*\n.*--force/);
  t.is(await readFile(job.file, 'utf8'), before);
  const nowhere = await wildstyle(['init', '--content', 'content', '--job', 'other.yaml'], where);
  t.is(nowhere.exitCode, 2);
  t.regex(nowhere.stderr, /option-invalid: --style is missing, and without a terminal, /);
  const wrong = await wildstyle(
    ['init', '--content', 'nothing', '--style', 'style', '--job', 'a.yaml'],
    where,
  );
  t.regex(wrong.stderr, /^wildstyle: content-missing: .*nothing does not exist\./);
  const neither = await wildstyle(
    ['init', '--content', 'nothing', '--style', 'nowhere', '--job', 'a.yaml'],
    where,
  );
  t.regex(
    neither.stderr,
    /^wildstyle: content-missing: .*nothing does not exist\. The style folder .*nowhere does not exist\./,
  );
  const large = await wildstyle(['init', ...folders, '--size', '99999', '--job', 'a.yaml'], where);
  t.regex(large.stderr, /--size must be a whole number from 32 to 4096, not 99999/);
});

test.serial('tells of a class that cannot be a folder before it reads any image', async (t) => {
  const where = { cache: job.cache, cwd: job.folder };
  await job.put('odd-class/manifest.jsonl/a.png', 'never read');
  const named = await wildstyle(
    ['init', '--content', 'odd-class', '--style', 'style', '--job', 'a.yaml'],
    where,
  );
  t.is(named.exitCode, 2);
  t.is(named.stdout, '');
  t.regex(
    named.stderr,
    /^wildstyle: labels-invalid: .*The class "manifest\.jsonl" is the name of a file in every dataset\.\n.*Rename it/s,
  );
});

test.serial('on a terminal: asks, proposes, and writes what was answered', async (t) => {
  const ended = await onTerminal(t, ['init'], { cache: job.cache, cwd: job.folder }, async (key, shown) => {
    await shown('Folder of photographs?');
    key('\r');
    await shown('Folder of paintings?');
    // Not there: the question stays.
    key('x\r');
    await shown('There is no such folder.');
    key('\u007f\r');
    await shown('How strong?');
    key('\r');
    await shown('Long edge of the results in pixels?');
    key('\u007f\u007f32\r');
    await shown('Divide into train, validation and test?');
    key('y');
    await shown('Folder for the dataset?');
    key('-asked\r');
    await shown('Job file?');
    key('\r');
    await shown('Replace job.yaml?');
    key('y');
    await shown('Stylized images for each photograph?');
    key('\r');
    await shown('Make a preview');
    key('n');
  });
  if (!ended) {
    t.pass();
    return;
  }
  const output = stripVTControlCharacters(ended.output);
  t.is(ended.exitCode, 0, output);
  t.regex(output, /wildstyle run job\.yaml/);
  const { recipe, output: made, sampling, split } = await loadJob(job.file);
  t.deepEqual(split?.shares, { train: 0.8, validation: 0.1, test: 0.1 });
  t.is(recipe.size, 32);
  t.deepEqual(recipe.style.strength, { logUniform: [10, 50] });
  t.is(sampling.stylesPerContent, 2);
  t.is(made.root, join(job.folder, 'out-asked'));
});

test.serial('Ctrl-C at a question writes nothing', async (t) => {
  const ended = await onTerminal(
    t,
    ['init', '--job', 'never.yaml'],
    { cache: job.cache, cwd: job.folder },
    async (key, shown) => {
      await shown('Folder of photographs?');
      key('\u0003');
    },
  );
  if (ended) t.is(ended.exitCode, 75, ended.output);
  await t.throwsAsync(readFile(join(job.folder, 'never.yaml')), { code: 'ENOENT' });
});
