import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import sharp from 'sharp';
import { recipeSchema } from '../../src/methods/recipe.js';
import { startWildstyle, wildstyle } from '../support/command-line.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;
let environment: { cache: string; cwd: string };
/** A photograph and a painting of the job. */
let inputs: string[];

test.before(async () => {
  job = await smallJob();
  environment = { cache: job.cache, cwd: job.folder };
  inputs = await Promise.all([job.contentRoot, join(job.folder, 'style')].map(firstImage));
});
test.after.always(() => job?.remove());

const stylize = (out: string, ...options: string[]) =>
  wildstyle(['stylize', ...inputs, out, ...options], environment);

test.serial('every key of a recipe can be set, with or without its prefix', async (t) => {
  const { exitCode, stdout, stderr } = await stylize(
    'a.png',
    ...['--size', '48', '--set', 'steps=3', '--set', 'recipe.optimizer=adam', '--set', 'network=random'],
  );
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^a\.png: random, 3 steps, loss [\d.e+-]+ to [\d.e+-]+$/m);
  t.false(existsSync(job.cache), 'ONNX Runtime collects no usage data there');
  const { width = 0, height = 0 } = await sharp(join(job.folder, 'a.png')).metadata();
  t.is(Math.max(width, height), 48);
});

test.serial('several styles are blended by weight', async (t) => {
  const quick = ['--size', '48', '--steps', '2', '--set', 'network=random'];
  const more = ['--style', 'style/stripes.png=0.25', '--style', 'style/rings.png'];
  const { exitCode, stderr } = await stylize('d.png', ...quick, ...more);
  t.is(exitCode, 0, stderr);
  const wrong = await stylize('e.png', ...quick, ...more, '--set', 'style.mix=[1, 1]');
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /style\.mix has 2 weights, but the number of style images is 3/);
  const itself = await stylize('style/rings.png', ...quick, ...more);
  t.regex(itself.stderr, /The output would overwrite/);
});

test.serial('every key with a default can be set, and others, beside a preset', async (t) => {
  const defaults = recipeSchema.parse({ network: 'random', style: { layers: ['relu1_1'] } });
  const more = {
    pooling: 'max',
    totalVariation: 0.1,
    optimizer: 'sgd',
    momentum: 0.5,
    decay: 'none',
    stages: [],
  };
  const all = { ...defaults, ...more, size: 48, steps: 2 };
  const sets = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);
  const { exitCode, stdout, stderr } = await stylize('g.png', '--preset', 'painting', ...sets);
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^g\.png: random, 2 steps/m);
});

test.serial('masks guide the style by regions', async (t) => {
  const flat = { width: 60, height: 45, channels: 3 as const, background: '#0000ff' };
  await sharp({ create: flat }).png().toFile(join(job.folder, 'm.png'));
  const quick = ['--size', '48', '--steps', '2', '--set', 'network=random', '--set', 'fit=stretch'];
  const wrong = await stylize('f.png', ...quick, '--style-mask', 'm.png');
  t.regex(wrong.stderr, /--style-mask needs --mask/);
  const masks: string[] = [];
  for (const [i, input] of inputs.entries()) {
    const { width, height } = await sharp(input).metadata();
    masks.push(`m${i}.png`);
    await sharp({ create: { ...flat, width, height } })
      .png()
      .toFile(join(job.folder, `m${i}.png`));
  }
  const { exitCode, stderr } = await stylize(
    'f.png',
    ...quick,
    ...['--mask', masks[0], '--style-mask', masks[1], '--set', 'blend={"#0000ff": 0.5}'],
  );
  t.is(exitCode, 0, stderr);
});

test.serial('a key that does not exist is refused, with the nearest one', async (t) => {
  const { exitCode, stderr } = await stylize('b.png', '--set', 'optimiser=adam');
  t.is(exitCode, 2);
  t.regex(stderr, /option-invalid: .*unknown key "optimiser"; did you mean "optimizer"\?/);
});

test.serial('Ctrl-C keeps the image so far', async (t) => {
  const options = ['--size', '48', '--steps', '10000', '--set', 'network=random'];
  const going = startWildstyle(['stylize', ...inputs, 'c.png', ...options], environment);
  let written = '';
  going.process.stderr?.on('data', (text: string) => {
    written += text;
  });
  while (!written.includes('Press Ctrl-C')) await sleep(20);
  going.process.kill('SIGINT');
  const { exitCode, stdout, stderr } = await going.ended;
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /Stopping: saving the current image/);
  const [, steps = ''] = /c\.png: random, (\d+) steps/.exec(stdout) ?? [];
  t.true(Number(steps) < 10_000, stdout);
  t.is((await sharp(join(job.folder, 'c.png')).metadata()).format, 'png');
  await rm(join(job.folder, 'c.png'));
});

async function firstImage(root: string): Promise<string> {
  const files = await readdir(root, { recursive: true });
  return join(root, files.filter((file) => file.endsWith('.png')).sort()[0] ?? '');
}
