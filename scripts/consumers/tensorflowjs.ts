/** TensorFlow.js as a consumer: reads the CSV export into batches. @module */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { pixelsOf, type Sample } from './dataset.js';

interface Row {
  readonly file_name: string;
  readonly label: string;
}

/** Loads every split with `tf.data`. */
export async function loadWithTensorFlowJs(root: string): Promise<{ version: string; samples: Sample[] }> {
  await tf.setBackend('cpu');
  const samples: Sample[] = [];
  for (const file of await readdir(join(root, 'exports/csv'))) {
    const split = basename(file, '.csv');
    const text = await readFile(join(root, 'exports/csv', file));
    const rows = parse(text, { columns: true }) as Row[];
    const classes = [...new Set(rows.map(({ label }) => label))].sort();
    const dataset = tf.data.generator(async function* () {
      for (const { file_name, label } of rows) {
        const image = sharp(join(root, split, file_name))
          .removeAlpha()
          .raw();
        const { data, info } = await image.toBuffer({ resolveWithObject: true });
        const xs = tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
        yield { xs, ys: classes.indexOf(label) };
      }
    } as unknown as () => Generator<tf.TensorContainer>);
    await dataset.batch(4).forEachAsync((batch) => {
      const { xs, ys } = batch as { xs: tf.Tensor4D; ys: tf.Tensor1D };
      const [, heightPx, widthPx] = xs.shape;
      for (const [index, image] of tf.unstack(xs).entries()) {
        const pixels = pixelsOf(widthPx, heightPx, Uint8Array.from(image.dataSync()));
        samples.push([split, classes[ys.dataSync()[index]], pixels]);
      }
      tf.dispose(batch);
    });
  }
  return { version: tf.version.tfjs, samples };
}
