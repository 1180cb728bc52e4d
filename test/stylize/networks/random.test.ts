import type * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { deadLeaves } from '../../../src/stylize/networks/dead-leaves.js';
import { random } from '../../../src/stylize/networks/random.js';
import { execute } from '../../engine/support.js';
import { mean, meanSquare } from '../support.js';

const reference = await createEngine('reference');
const weights = await random.loadWeights();
const filters = Object.entries(weights.tensors);

test('the weights are deterministic and pinned: changing them changes every dataset', async (t) => {
  const again = await random.loadWeights();
  t.is(again.digest, weights.digest);
  for (const [name, { data }] of filters) t.deepEqual(again.tensors[name].data, data);
  t.is(weights.digest, '777845bb615f7ee3386860e60432b1ca0d6db36733b5634496c599c44efe3fdb');
});

test('every convolution has a filter and no bias', (t) => {
  const convolutions = random.layers.filter((layer) => layer.startsWith('conv'));
  t.deepEqual(
    filters.map(([name]) => name),
    convolutions.map((layer) => `${layer}.weight`),
  );
  let inputs = 3;
  for (const [, { data, shape }] of filters) {
    t.deepEqual([...shape.slice(0, 3)], [3, 3, inputs]);
    t.is(data.length, 9 * inputs * shape[3]);
    inputs = shape[3];
  }
});

test('every filter beyond the first layer has zero mean', (t) => {
  for (const [name, { data, shape }] of filters.slice(1)) {
    const outputs = shape[3];
    for (let o = 0; o < outputs; o++) {
      const taps = data.filter((_, i) => i % outputs === o);
      t.true(Math.abs(mean(taps)) < 1e-5 * Math.sqrt(meanSquare(taps)), `${name}, filter ${o}`);
    }
  }
});

test('first-layer filters respond to flat colors', (t) => {
  const [, { data, shape }] = filters[0];
  const colors = Array.from({ length: shape[3] }, (_, o) =>
    [0, 1, 2].map((channel) =>
      mean(data.filter((_, i) => i % shape[3] === o && Math.floor(i / shape[3]) % 3 === channel)),
    ),
  );
  t.true(colors.every((color) => color.some((value) => Math.abs(value) > 1e-3)));
});

/** The mean activation of each filter at every ReLU over a batch of images. */
async function activations(images: readonly Float32Array[], sizePx: number) {
  const data = new Float32Array(images.length * images[0].length);
  for (const [i, image] of images.entries()) data.set(image, i * image.length);
  const layers = random.layers.filter((layer) => layer.startsWith('relu'));
  const features = await execute(
    reference,
    ({ image }, constants) => random.features(image as tf.Tensor4D, constants, layers, 'max'),
    { image: { data, shape: [images.length, sizePx, sizePx, 3] } },
    weights.tensors,
  );
  return Object.entries(features).map(([layer, { data: values, shape }]) => {
    const sums = new Array<number>(shape[3]).fill(0);
    for (const [i, value] of values.entries()) sums[i % shape[3]] += value;
    return { layer, means: sums.map((sum) => sum / (values.length / shape[3])) };
  });
}

test('the mean activation of every filter is one over the calibration images', async (t) => {
  for (const { layer, means } of await activations([deadLeaves(0, 48), deadLeaves(1, 48)], 48)) {
    t.true(Math.abs(mean(means) - 1) < 1e-3, `${layer}: ${mean(means)}`);
    // A filter that never activates has a mean of zero.
    const far = means.filter((value) => value !== 0 && Math.abs(value - 1) > 1e-3);
    t.is(far.length, 0, layer);
  }
});

test('the mean activation is about one over other images', async (t) => {
  for (const { layer, means } of await activations([deadLeaves(10, 32), deadLeaves(11, 32)], 32)) {
    t.true(mean(means) > 0.5 && mean(means) < 2, `${layer}: ${mean(means)}`);
  }
});

test('dead leaves are deterministic, in range, and have edges and flat areas', (t) => {
  const image = deadLeaves(5, 32);
  t.deepEqual(deadLeaves(5, 32), image);
  t.notDeepEqual(deadLeaves(6, 32), image);
  t.is(image.length, 32 * 32 * 3);
  t.true(image.every((value) => value >= 0 && value <= 1));
  let [same, edges] = [0, 0];
  for (let pixel = 0; pixel < 32 * 32 - 1; pixel++) {
    if (pixel % 32 === 31) continue;
    const difference = Math.abs(image[3 * pixel + 3] - image[3 * pixel]);
    if (difference === 0) same++;
    if (difference > 0.2) edges++;
  }
  t.true(same > 200, `${same} equal neighbors`);
  t.true(edges > 50, `${edges} edges`);
});
