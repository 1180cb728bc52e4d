/** The network in the package. @module */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { WildstyleError } from '../../../src/errors.js';
import { sha256 } from '../../../src/files/digest.js';
import { openSafetensors } from '../../../src/files/safetensors/read.js';
import { safetensorsBytes } from '../../../src/files/safetensors/write.js';
import { compact, packagedCompact } from '../../../src/stylize/networks/compact.js';
import { temporaryFolder } from '../../dataset/support.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { repositoryRoot } from '../../support/paths.js';
import { pattern } from '../support.js';

const file = join(repositoryRoot, 'weights', 'compact.safetensors');
const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu4_2', 'relu5_1'];

test('the weights are those that the README describes, small, and attributed', (t) => {
  const bytes = readFileSync(file);
  t.true(bytes.length < 4e6);
  t.true(readFileSync(join(repositoryRoot, 'weights', 'README.md'), 'utf8').includes(sha256(bytes)));
  const { metadata } = openSafetensors(bytes);
  t.is(metadata.license, 'CC BY 4.0');
  t.regex(metadata.attribution, /VGG-19 .*Simonyan/);
});

test('the features have the shapes that the network declares, in both engines', async (t) => {
  const { tensors } = await compact.loadWeights();
  const image = pattern(1, 40, 52);
  const found = await Promise.all(
    (['reference', 'onnx'] as const).map(async (name) =>
      execute(
        await createEngine(name, { threads: 1 }),
        (given, weights) => compact.features(given.image as tf.Tensor4D, weights, layers, 'average'),
        { image },
        tensors,
      ),
    ),
  );
  for (const layer of layers) {
    const [expected, actual] = found.map((features) => features[layer]);
    t.deepEqual(actual.shape, compact.shapeAt(layer, image.shape), layer);
    const difference = relativeDifference(actual.data, expected.data);
    t.true(difference < 1e-4, `${layer}: ${difference}`);
    // No layer is dead, and none explodes in half precision.
    const mean = actual.data.reduce((sum, value) => sum + value, 0) / actual.data.length;
    t.true(mean > 0.01 && mean < 1000, `${layer}: ${mean}`);
  }
});

test('files that do not hold the network are refused', async (t) => {
  const { shapes, read } = openSafetensors(readFileSync(file));
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { data: read(name), shape }]),
  );
  const { 'conv1_1.bias': _, ...missing } = tensors;
  const bias = tensors['conv1_1.bias'];
  const reshaped = { ...tensors, 'conv1_1.bias': { ...bias, shape: [2, 16] } };
  const infinite = {
    ...tensors,
    'conv1_1.bias': { ...bias, data: bias.data.map(() => Number.POSITIVE_INFINITY) },
  };
  for (const wrong of [missing, reshaped, infinite]) {
    const error = await t.throwsAsync(compact.loadWeights(safetensorsBytes(wrong)), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'weights-invalid');
    t.regex(error?.message ?? '', /conv1_1\.bias/);
  }
});

test('a broken file of the package is named', async (t) => {
  const path = join(await temporaryFolder(t), 'compact.safetensors');
  const url = pathToFileURL(path);
  const errorOf = () => t.throwsAsync(packagedCompact(url), { instanceOf: WildstyleError });
  const missing = await errorOf();
  t.is(missing?.code, 'weights-missing');
  writeFileSync(path, readFileSync(file).subarray(0, 5000));
  const broken = await errorOf();
  t.is(broken?.code, 'weights-invalid');
  for (const error of [missing, broken]) {
    t.true(error?.message.includes(path), error?.message);
    t.is(error?.cure, 'Install the package again.');
  }
});
