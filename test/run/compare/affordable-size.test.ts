/** The size that `wildstyle try` chooses, and what it shows while it works. */
import { PassThrough } from 'node:stream';
import test from 'ava';
import { comparisonProgress } from '../../../src/cli/terminal/comparison-progress.js';
import { parseJob } from '../../../src/job/load.js';
import { affordableSize, measureAffordableSize } from '../../../src/run/compare/affordable-size.js';
import { smallJob } from '../../support/small-job.js';

test('the wanted size, if it fits; else the largest on the grid that does', (t) => {
  t.deepEqual(affordableSize(192, 30_000, 40_000), { sizePx: 192, estimateMs: 30_000, wantedMs: 30_000 });
  const slower = affordableSize(192, 80_000, 40_000);
  t.is(slower.sizePx, 128);
  t.true(slower.estimateMs <= 40_000 && slower.wantedMs === 80_000);
  t.is(affordableSize(192, 1e9, 40_000).sizePx, 64, 'smaller shows nothing');
});

test('measures small steps, and nothing where there is nothing to choose', async (t) => {
  const job = await smallJob();
  t.teardown(job.remove);
  const text = `
content: { root: content, similar: false }
style: { root: style }
recipe: { network: random, size: 192, steps: 20 }
output: { root: out }`;
  const read = (...overrides: string[]) => parseJob(job.file, text, { overrides });
  const found = await measureAffordableSize([read(), read('recipe.style.strength=3')], 192, 1);
  t.is(found?.sizePx, 64);
  t.true((found?.wantedMs ?? 0) > 1);
  t.is(await measureAffordableSize([read(), read('recipe.size=64')], 192, 1), undefined, 'sizes were given');
  t.is(await measureAffordableSize([read('recipe.method=histogram')], 192, 1), undefined, 'no steps');
});

test('elsewhere than on a terminal, a line for each image and for the steps after a while', (t) => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  let nowMs = 0;
  const view = comparisonProgress(stream, () => nowMs);
  view.print('Two images.');
  for (const [ms, done] of [
    [1000, 1],
    [5000, 3],
    [11_000, 11],
    [12_000, 12],
  ] as const) {
    nowMs = ms;
    view.onSteps(done, 31);
  }
  view.onProgress(1, 2);
  view.stop();
  t.is(String(stream.read()), 'Two images.\n11 of 31 steps, 20 s left\n1 of 2 images\n');
});
