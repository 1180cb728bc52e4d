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
    const { layers } = networks[network];
    const pools = layers.filter((layer) => layer.startsWith('pool')).length;
    t.is(depths.length, pools + (layers.at(-1)?.startsWith('pool') ? 0 : 1), network);
    for (const [i, { contentLayer, styleLayers }] of depths.entries()) {
      t.true([contentLayer, ...styleLayers].every((layer) => layers.includes(layer)));
      t.is(styleLayers.length, i + 1);
    }
  }
});

test('content is taken from the second layer of a block, texture from the first ones', (t) => {
  t.deepEqual(depthsOf('vgg19')[1], { contentLayer: 'relu2_2', styleLayers: ['relu1_1', 'relu2_1'] });
  t.deepEqual(depthsOf('squeezenet1_1')[1], { contentLayer: 'fire3', styleLayers: ['relu1', 'fire2'] });
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
  t.true(width > (1 + depths.length) * 128);
  t.true(height > 2 * 32 && height < 2 * 128, `${height}: two rows of images of 32 px`);
});
