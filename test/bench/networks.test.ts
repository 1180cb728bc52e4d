/** Runs the benchmark of networks in short: two small pairs, few steps, random weights in the place of VGG-19's. @module */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { contenders } from '../../scripts/bench/networks/contenders.js';
import { benchNetworks } from '../../scripts/bench/networks/networks.js';
import { randomVgg19 } from '../support/random-vgg19.js';
import { smallImage } from '../support/small-images.js';

test('the benchmark of networks returns shares, speeds and memory', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-bench-'));
  const at = (...path: string[]) => join(folder, ...path);
  for (const [name, motif] of [
    ['content', 'rings'],
    ['style', 'stripes'],
  ] as const) {
    await mkdir(at(name));
    for (const variant of [0, 1])
      await smallImage(motif, variant, 64, 64)
        .png()
        .toFile(at(name, `${variant}.png`));
  }
  await writeFile(at('vgg19.safetensors'), randomVgg19('conv4_2'));
  const figures = await benchNetworks({
    content: at('content'),
    style: at('style'),
    weights: at('vgg19.safetensors'),
    out: at('out'),
    pairs: 2,
    sizePx: 64,
    judge: 10,
    steps: 2,
    resume: true,
    stepSizesPx: [32],
    rounds: 1,
  });
  for (const key of ['share', 'leastShare', 'shareAt22', 'strength'] as const)
    t.deepEqual(Object.keys(figures[key]), [...contenders], key);
  t.is(figures.pairs, 2);
  t.is(figures.share.vgg19, 1);
  for (const group of ['stepsPerSecond', 'stepsPerProcessorSecond', 'speedup', 'peakMb'] as const) {
    t.deepEqual(Object.keys(figures[group]), ['32'], group);
    t.deepEqual(Object.keys(figures[group]['32']), [...contenders], group);
    for (const [network, value] of Object.entries(figures[group]['32']))
      t.true(value > 0, `${group} ${network}`);
  }
  t.true(Object.values(figures.share).every(Number.isFinite), JSON.stringify(figures.share));
  for (const file of ['networks.csv', 'networks.png', 'networks.jpg'])
    t.true(existsSync(at('out', file)), file);
  await rm(folder, { recursive: true });
});
