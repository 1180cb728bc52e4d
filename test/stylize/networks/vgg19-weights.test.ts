/** Tests the real VGG-19 if its weights are available. @module */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { decodeImage } from '../../../src/images/decode.js';
import { toTensor } from '../../../src/images/tensor.js';
import { styleWeight } from '../../../src/methods/optimize/objective.js';
import { networks } from '../../../src/stylize/networks/index.js';
import { caffeUnit } from '../../../src/stylize/networks/units.js';
import type { OptimizerName } from '../../../src/stylize/optimizers/index.js';
import { type Stylized, Stylizer } from '../../../src/stylize/stylizer.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { sharedRoot } from '../../support/paths.js';
import { asked } from '../requests.js';
import { resolved } from '../support.js';

const weightsFile = sharedRoot && join(sharedRoot, 'weights', 'vgg19-conv-f16.safetensors');
const [contentFile, styleFile] = ['train/agama.jpg', 'style/starry_night.jpg'].map((path) =>
  join(sharedRoot ?? '', 'images', path),
);
const missing = [weightsFile, contentFile, styleFile].some((file) => !file || !existsSync(file));

const weightsOf = async () => networks.vgg19.loadWeights(await readFile(weightsFile as string));
const imageOf = async (file: string, sizePx: number) =>
  toTensor(await decodeImage(file, { sizePx, fit: 'crop' }));

test('the features of a photograph match the reference engine', async (t) => {
  if (missing) {
    t.log('Skipped: there are no shared weights and images.');
    t.pass();
    return;
  }
  const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu4_2'];
  const { tensors } = await weightsOf();
  const used = Object.fromEntries(
    Object.entries(tensors).filter(([name]) => !/^conv5|^conv4_[34]/.test(name)),
  );
  const image = await imageOf(contentFile, 64);
  const run = async (name: 'reference' | 'onnx') =>
    execute(
      await createEngine(name, { threads: 1 }),
      (inputs, weights) => networks.vgg19.features(inputs.image as tf.Tensor4D, weights, layers, 'max'),
      { image },
      used,
    );
  const [expected, actual] = [await run('reference'), await run('onnx')];
  for (const layer of layers) {
    const difference = relativeDifference(actual[layer].data, expected[layer].data);
    t.true(difference < 1e-4, `${layer}: ${difference}`);
    // With the color channels mixed up, the responses would be weak.
    t.true(expected[layer].data.some((value) => value > 100 / caffeUnit));
  }
});

test('style transfer lowers the loss, and a stronger style loses more content', async (t) => {
  if (missing) {
    t.log('Skipped: there are no shared weights and images.');
    t.pass();
    return;
  }
  const strengths = [7, 22, 70];
  // The remaining fractions of the loss are about 0.3, 0.1 and 0.03.
  const mostRemaining = [0.8, 0.4, 0.25];
  const engine = await createEngine('onnx', { threads: 2 });
  const stylizer = new Stylizer(engine, {
    batch: () => strengths.length,
    weights: weightsOf,
    graphBytes: 1e10,
    now: () => 0,
  });
  const [content, style] = [await imageOf(contentFile, 128), await imageOf(styleFile, 128)];
  const results = await Promise.all(
    strengths.map((strength) =>
      stylizer.stylize({
        ...asked(resolved({ network: 'vgg19', steps: 30, style: { strength } })),
        seed: 0,
        sources: {
          content: { key: 'content', tensor: content },
          style: { key: 'style', tensor: style },
        },
        initial: content,
      }),
    ),
  );
  stylizer.dispose();
  engine.dispose();
  const ends = results.map(({ curve }) => {
    const [first, last] = [curve[0], curve[curve.length - 1]].map(({ total, terms }) => ({
      total,
      content: terms['content.features'],
      style: terms['style.gram'],
    }));
    return { first, last };
  });
  t.log(
    ends
      .map(
        ({ first, last }, i) => `${strengths[i]}: ${first.total} to ${last.total}, content ${last.content}`,
      )
      .join('; '),
  );
  const weights = strengths.map(styleWeight);
  for (const [i, { first, last }] of ends.entries()) {
    t.true(first.content < 1e-6);
    t.true(Math.abs(first.style / weights[i] - ends[0].first.style / weights[0]) < 1e-4);
    t.true(last.total < mostRemaining[i] * first.total);
  }
  const [weak, medium, strong] = ends.map(({ last }) => last);
  t.true(weak.content < medium.content && medium.content < strong.content);
  const [weakStyle, mediumStyle, strongStyle] = ends.map(({ last }, i) => last.style / weights[i]);
  t.true(weakStyle > mediumStyle && mediumStyle > strongStyle);
});

test('L-BFGS reaches a lower loss than the first-order optimizers with the same number of evaluations', async (t) => {
  if (missing) {
    t.log('Skipped: there are no shared weights and images.');
    t.pass();
    return;
  }
  const engine = await createEngine('onnx', { threads: 2 });
  const stylizer = new Stylizer(engine, {
    batch: () => 1,
    weights: weightsOf,
    graphBytes: 1e10,
    now: () => 0,
  });
  const [content, style] = [await imageOf(contentFile, 64), await imageOf(styleFile, 64)];
  const sources = { content: { key: 'content', tensor: content }, style: { key: 'style', tensor: style } };
  const optimized = (optimizer: OptimizerName, steps: number) => {
    const recipe = resolved({ network: 'vgg19', optimizer, steps, stages: [] });
    return stylizer.stylize({ ...asked(recipe), seed: 0, sources, initial: content });
  };
  const lossOf = ({ curve }: Stylized) => curve[curve.length - 1].total;
  const quasiNewton = await optimized('lbfgs', 40);
  for (const optimizer of ['adam', 'sgd', 'rmsprop'] as const) {
    const other = await optimized(optimizer, quasiNewton.evaluations - 1);
    t.is(other.evaluations, quasiNewton.evaluations, optimizer);
    const over = lossOf(other) / lossOf(quasiNewton);
    t.log(`${optimizer}: ${over.toFixed(3)} of the loss`);
    t.true(over > 1);
  }
  stylizer.dispose();
  engine.dispose();
});
