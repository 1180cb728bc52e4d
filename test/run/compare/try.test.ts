/** `wildstyle try`: short names of keys, and the grid. @module */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { openCommand } from '../../../src/cli/terminal/open-file.js';
import { recipeKey, withRecipeKey } from '../../../src/job/recipe-keys.js';
import { wildstyle } from '../../support/command-line.js';
import { smallJob } from '../../support/small-job.js';

test('short names of keys resolve to keys of the recipe', (t) => {
  t.is(recipeKey('steps'), 'recipe.steps');
  t.is(recipeKey('strength'), 'recipe.style.strength');
  t.is(recipeKey('loss'), 'recipe.style.loss');
  t.is(recipeKey('layers'), 'recipe.style.layers', 'that of the style');
  t.is(recipeKey('content.layers'), 'recipe.content.layers');
  t.is(recipeKey('recipe.network'), 'recipe.network');
  t.is(recipeKey('style.layers.relu1_1'), 'recipe.style.layers.relu1_1');
  t.is(withRecipeKey('strength = 3,10'), 'recipe.style.strength= 3,10');
  t.throws(() => recipeKey('strenght'), {
    code: 'option-invalid',
    message: 'There is no recipe key "strenght"; did you mean "strength"?',
  });
  t.throws(() => recipeKey('output.root'), { code: 'option-invalid' });
});

test('draws a grid: rows for the first key, columns for the second', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const where = { cache: job.cache, cwd: job.folder };
  const images = ['content/ponds/rings.png', 'style/stripes.png'];
  const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('wildstyle-try-'));
  const before = await left();
  const small = ['--size', '32', '--set', 'network=random', '--set', 'steps=2'];
  const { exitCode, stdout, stderr } = await wildstyle(
    ['try', ...images, ...small, '--vary', 'strength=3,10,30', '--vary', 'optimizer=adam,sgd', '--no-open'],
    where,
  );
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^try\.png: 6 images in /);
  t.regex(
    stderr,
    /^rings\.png with stripes\.png: 6 images, strength=3,10,30 and optimizer=adam,sgd\.\n1 of 6/,
  );
  t.regex(stderr, /^6 of 6 images$/m);
  t.deepEqual(await left(), before, 'no copies are left');
  const { width = 0, height = 0 } = await sharp(join(job.folder, 'try.png')).metadata();
  t.true(Math.abs(width - (3 * 128 + 2 * 6 + 32)) <= 1, `${width}: one column of sources, two of results`);

  const one = await wildstyle(
    ['try', ...images, ...small, '--vary', 'strength=3,10', '--out', 'row.png'],
    where,
  );
  t.is(one.exitCode, 0, one.stderr);
  const row = await sharp(join(job.folder, 'row.png')).metadata();
  t.true(row.width > row.height * 2, 'one row: both sources and two results');
  // A row has the height of its images, a caption above them and a gap.
  t.is(height - row.height, 2 * (32 + 20 + 14), 'two rows more');

  const fitting = await wildstyle(
    [
      'try',
      ...images,
      '--set',
      'network=random',
      '--set',
      'steps=1',
      '--vary',
      'strength=3,10',
      '--out',
      'b.png',
    ],
    where,
  );
  t.is(fitting.exitCode, 0, fitting.stderr);
  t.regex(
    fitting.stderr,
    /Measuring a few steps on this machine\.\nAt \d+ pixels, this takes about .*\n1 of 2 images\n/,
  );

  const missing = await wildstyle(['try', 'none.jpg', 'style/stripes.png'], where);
  t.is(missing.exitCode, 2);
  t.regex(missing.stderr, /^wildstyle: image-missing: none\.jpg does not exist\./);
  const wrong = await wildstyle(['try', ...images, '--vary', 'strength=3,strong'], where);
  t.regex(wrong.stderr, /--vary recipe\.style\.strength=strong: /);
});

test('opens pictures where there is a screen', (t) => {
  t.deepEqual(openCommand('a b.png', 'darwin', {}), ['open', 'a b.png']);
  t.deepEqual(openCommand('a&b.png', 'win32', {}), ['explorer', 'a&b.png']);
  t.deepEqual(openCommand('a.png', 'linux', { DISPLAY: ':0' }), ['xdg-open', 'a.png']);
  t.is(openCommand('a.png', 'linux', {}), undefined);
});
