/**
 * Trains a tiny classifier on a finished dataset with TensorFlow.js and tests it on photographs that it has not seen.
 * Usage: node dist/examples/training.js [folder of a split] [steps]
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';

interface Row {
  readonly file_name: string;
  readonly label: string;
  readonly kind: 'stylized' | 'original';
  readonly content_path: string;
}

const [folder = 'out/demo/train', steps = '30'] = process.argv.slice(2);
const sizePx = 32;
tf.enableProdMode();

const lines = readFileSync(join(folder, 'metadata.jsonl'), 'utf8').trim().split('\n');
const rows = lines.map((line): Row => JSON.parse(line));
const classes = [...new Set(rows.map(({ label }) => label))].sort();

// A photograph and its stylized versions stay on one side of the split. Hold out one photograph of each class.
const heldOut = new Set(classes.map((name) => rows.find(({ label }) => label === name)?.content_path));
const training = rows.filter(({ content_path }) => !heldOut.has(content_path));
const testing = rows.filter(({ content_path, kind }) => heldOut.has(content_path) && kind === 'original');
console.log(
  `${classes.length} classes: train on ${training.length} images, test on ${testing.length} originals`,
);

// Seeded, so that two runs print the same numbers.
const initializer = (seed: number) => tf.initializers.heNormal({ seed });
const convolution = { kernelSize: 3, strides: 2, activation: 'relu' } as const;
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      ...convolution,
      inputShape: [sizePx, sizePx, 3],
      filters: 8,
      kernelInitializer: initializer(1),
    }),
    tf.layers.conv2d({ ...convolution, filters: 16, kernelInitializer: initializer(2) }),
    tf.layers.flatten(),
    tf.layers.dense({ units: classes.length, activation: 'softmax', kernelInitializer: initializer(3) }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.005), loss: 'categoricalCrossentropy' });

const train = await load(training);
const losses: number[] = [];
for (let step = 0; step < Number(steps); step++) {
  losses.push((await model.trainOnBatch(train.xs, train.ys)) as number);
}
console.log(`loss ${losses[0]?.toFixed(3)} -> ${losses.at(-1)?.toFixed(3)} in ${losses.length} steps`);

// On this few images the score only shows that everything works. It does not measure the augmentation.
const test = await load(testing);
const predicted = (model.predict(test.xs) as tf.Tensor2D).argMax(1).dataSync();
const correct = testing.filter(({ label }, index) => label === classes[predicted[index] ?? -1]).length;
console.log(`correct: ${correct} of ${testing.length}`);

/** Images `[rows, 32, 32, 3]` in [0, 1], and one-hot labels `[rows, classes]`. */
async function load(selected: readonly Row[]): Promise<{ xs: tf.Tensor4D; ys: tf.Tensor2D }> {
  const pixels = new Uint8Array(selected.length * sizePx ** 2 * 3);
  for (const [index, { file_name }] of selected.entries()) {
    const image = sharp(join(folder, file_name)).resize(sizePx, sizePx).raw();
    pixels.set(await image.toBuffer(), index * sizePx ** 2 * 3);
  }
  const labels = selected.map(({ label }) => classes.indexOf(label));
  return tf.tidy(() => ({
    xs: tf.tensor4d(pixels, [selected.length, sizePx, sizePx, 3]).div<tf.Tensor4D>(255),
    ys: tf.oneHot(labels, classes.length) as tf.Tensor2D,
  }));
}
