import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { verifyDataset } from '../../src/index.js';
import { defaultNetwork, networks } from '../../src/stylize/networks/index.js';
import { wildstyle } from '../support/command-line.js';
import { smallClasses, smallCounts, smallJob } from '../support/small-job.js';

/** Runs a built example. @returns what it prints */
async function runExample(name: string, args: readonly string[], cache: string): Promise<string> {
  const file = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  return stdout;
}

test('library.ts makes a dataset, stylizes an array and evaluates the objective', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const args = [job.file, 'recipe.steps=2', 'sampling.stylesPerContent=1'];
  const stdout = await runExample('library', args, job.cache);
  const lines = stdout.trim().split('\n');
  t.is(lines[0], 'planned: 6 stylized images');
  t.true(lines.includes(`complete: ${6 + smallCounts.originals} images in ${job.out}`));
  t.deepEqual((await verifyDataset(job.out)).problems, []);

  const [, before, after] = /^loss ([\d.]+) -> ([\d.]+)$/m.exec(stdout) ?? [];
  t.true(Number(after) < Number(before) / 2, stdout);
  const terms = lines.filter((line) => / x \d+/.test(line)).map((line) => line.split(':')[0]?.trim());
  const layers = ['pool1', 'relu2_1', 'relu3_1', 'relu4_1'].map((layer) => `style.gram ${layer}`);
  const contents = Object.keys(networks[defaultNetwork].defaults.contentLayers).map(
    (layer) => `content.features ${layer}`,
  );
  t.deepEqual(terms, [...contents, ...layers, 'totalVariation pixels']);
  t.is(lines.at(-1), 'gradient [1,48,64,3]');
});

test('training.ts trains a classifier on a finished dataset', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  const stdout = await runExample('training', [join(job.out, 'train'), '20'], job.cache);
  const [split, loss, score] = stdout.trim().split('\n');
  // One of the two photographs of each class is held out, with its stylized images.
  const classes = Object.keys(smallClasses).length;
  t.is(split, `${classes} classes: train on ${smallCounts.items / 2} images, test on ${classes} originals`);
  const [, before, after] = /^loss ([\d.]+) -> ([\d.]+) in 20 steps$/.exec(loss ?? '') ?? [];
  t.true(Math.abs(Number(before) - Math.log(classes)) < 0.5, stdout);
  t.true(Number(after) < Number(before) / 2, stdout);
  t.regex(score ?? '', /^correct: [0-3] of 3$/);
});
