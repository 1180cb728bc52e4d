/** Demo styles are reproducible. @module */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { writeStyle } from '../../datasets/painting/style-files.js';
import { pointillistLake } from '../../datasets/painting/styles/pointillist-lake.js';
import { repositoryRoot } from '../support/paths.js';

test('painting a style again reproduces the committed file', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wildstyle-style-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const repainted = await sharp(await writeStyle(pointillistLake, folder))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const committed = await sharp(
    path.join(repositoryRoot, 'datasets/demo/style', `${pointillistLake.name}.jpg`),
  )
    .raw()
    .toBuffer({ resolveWithObject: true });
  t.deepEqual(repainted.info, committed.info);
  let difference = 0;
  for (const [index, value] of repainted.data.entries())
    difference += Math.abs(value - (committed.data[index] as number));
  // Tolerates other JPEG encoders and other implementations of sine, but not another picture.
  t.true(
    difference / repainted.data.length < 1,
    `mean difference of ${difference / repainted.data.length} levels`,
  );
});
