import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { decodeImage } from '../../src/images/decode.js';
import { wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { smallJob } from '../support/small-job.js';

interface Row {
  readonly file_name: string;
  readonly label: string;
}

test('TensorFlow.js: the rows of a split become batches of images and classes', async (t) => {
  const job = await smallJob({ output: { format: 'jpeg', split: 'validation' } });
  t.teardown(job.remove);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  const folder = join(job.out, 'validation');
  const lines = (await readFile(join(folder, 'metadata.jsonl'), 'utf8')).trim().split('\n');
  const rows = lines.map((line): Row => JSON.parse(line));
  const classes = [...new Set(rows.map(({ label }) => label))].sort();
  t.deepEqual(classes, ['clouds', 'ponds', 'zebras']);
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const decoded = await Promise.all(
    rows.map(async ({ file_name, label }) => {
      const { data, widthPx, heightPx } = await decodeImage(join(folder, file_name), {
        sizePx: 32,
        fit: 'keep',
      });
      return { xs: tf.tensor3d(data, [heightPx, widthPx, 3], 'int32'), ys: classes.indexOf(label) };
    }),
  );
  const seen: number[] = [];
  await tf.data
    .array(decoded)
    .batch(6)
    .forEachAsync((batch) => {
      const { xs, ys } = batch as unknown as { xs: tf.Tensor; ys: tf.Tensor };
      t.deepEqual(xs.shape, [6, 32, 32, 3]);
      t.true(tf.moments(xs).variance.dataSync()[0] > 100, 'the images are no plain color');
      seen.push(...ys.dataSync());
    });
  const counted = Object.fromEntries(
    classes.map((name, index) => [name, seen.filter((y) => y === index).length]),
  );
  const { counts } = await summaryOf(job.out);
  t.deepEqual(counted, { clouds: 6, ponds: 6, zebras: 6 });
  t.deepEqual(counts.splits, { validation: 18 });
});
