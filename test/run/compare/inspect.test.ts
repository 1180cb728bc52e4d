/** `wildstyle inspect`: what layers keep. @module */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { depthsOf, inspect, renderInspection } from '../../../src/run/compare/inspect.js';
import { networkNames, networks } from '../../../src/stylize/networks/index.js';
import { meanSquaredDifference } from '../../stylize/support.js';
import { smallImage } from '../../support/small-images.js';

test('every network has one depth for each block', (t) => {
  for (const network of networkNames) {
    const depths = depthsOf(network);
    t.true(depths.length >= 3, network);
    for (const [i, { contentLayer, styleLayers }] of depths.entries()) {
      t.true([contentLayer, ...styleLayers].every((layer) => networks[network].layers.includes(layer)));
      t.is(styleLayers.length, i + 1);
    }
  }
});

test('a low layer keeps the image, and a texture does not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-inspect-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'image.png');
  await writeFile(file, await smallImage('rings', 1).png().toBuffer());
  const made: string[] = [];
  const inspection = await inspect(file, {
    network: 'random',
    sizePx: 32,
    steps: 60,
    threads: 1,
    onProgress: (done, total) => made.push(`${done}/${total}`),
  });
  const { image, depths } = inspection;
  t.is(made.length, 2 * depths.length);
  const distance = ({ data }: { readonly data: Uint8Array }) =>
    meanSquaredDifference([...data], [...image.data]) / 255 ** 2;
  const [first] = depths;
  t.log(depths.map(({ content, texture }) => [distance(content), distance(texture)]));
  t.true(distance(first.content) < 0.02);
  t.true(distance(first.texture) > 3 * distance(first.content));
  const { width = 0, height = 0 } = await sharp(await renderInspection(inspection)).metadata();
  t.true(width > (1 + depths.length) * 128 && height > 2 * 128);
});
