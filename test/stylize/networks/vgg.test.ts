import type * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { WildstyleError } from '../../../src/errors.js';
import { networks } from '../../../src/stylize/networks/index.js';
import { channelsOf, vgg19Blocks, vggLayers } from '../../../src/stylize/networks/vgg/vgg.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { pattern, plainRandomFeatures } from '../support.js';

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });
const { random, vgg19 } = networks;

test('the layers of VGG-19 have the names used in the literature', (t) => {
  const names = vggLayers(vgg19Blocks);
  t.is(names.length, 16 * 2 + 5);
  t.deepEqual(names.slice(0, 7), ['conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'pool1', 'conv2_1', 'relu2_1']);
  t.deepEqual(names.slice(-3), ['conv5_4', 'relu5_4', 'pool5']);
  t.is(channelsOf(vgg19Blocks, 'conv1_2'), 64);
  t.is(channelsOf(vgg19Blocks, 'conv3_4'), 256);
  t.is(channelsOf(vgg19Blocks, 'conv5_1'), 512);
});

test("every network has its default layers, and they fit the network's smallest image", (t) => {
  for (const network of Object.values(networks)) {
    const defaults = [...Object.keys(network.defaults.contentLayers), ...network.defaults.styleLayers];
    for (const layer of defaults) t.true(network.layers.includes(layer));
    const pools = network.layers.filter((layer) => layer.startsWith('pool')).length;
    t.true(network.minimumSizePx >= 2 ** pools);
  }
});

const { tensors } = await random.loadWeights();
const layers = ['conv1_1', 'relu1_2', 'pool1', 'relu2_1', 'conv2_2', 'pool2'];

for (const engine of [reference, onnx]) {
  for (const pooling of ['max', 'average'] as const) {
    // An odd size: pooling drops the last row and column.
    const image = pattern(1, 33, 35);
    test(`${engine.name}: features with ${pooling} pooling equal plain loops`, async (t) => {
      const actual = await execute(
        engine,
        (inputs, weights) => random.features(inputs.image as tf.Tensor4D, weights, layers, pooling),
        { image },
        tensors,
      );
      const expected = plainRandomFeatures(image, tensors, layers, pooling);
      t.deepEqual(Object.keys(actual).sort(), [...layers].sort());
      for (const [layer, { height, width, channels, data }] of Object.entries(expected)) {
        t.deepEqual([...actual[layer].shape], [1, height, width, channels], layer);
        const difference = relativeDifference(actual[layer].data, Float32Array.from(data));
        t.true(difference < 1e-5, `${layer}: ${difference}`);
      }
    });
  }
}

test('features are computed no deeper than needed: weights of deeper layers can be missing', async (t) => {
  const shallow = { 'conv1_1.weight': tensors['conv1_1.weight'] };
  const { relu1_1 } = await execute(
    reference,
    (inputs, weights) => random.features(inputs.image as tf.Tensor4D, weights, ['relu1_1'], 'max'),
    { image: pattern(1) },
    shallow,
  );
  t.deepEqual([...relu1_1.shape], [1, 32, 32, 32]);
  t.true(relu1_1.data.every((value) => value >= 0));
});

test('the error for an unknown layer names it and lists the known layers', async (t) => {
  for (const network of [random, vgg19]) {
    const names = ['relu9_9', 'relu1_1'];
    const run = execute(
      reference,
      (inputs, weights) => network.features(inputs.image as tf.Tensor4D, weights, names, 'max'),
      { image: pattern(1) },
      network === random ? tensors : await zeroWeights(),
    );
    const error = await t.throwsAsync(run, { instanceOf: WildstyleError });
    t.is(error?.code, 'layer-unknown');
    t.regex(error?.message ?? '', /"relu9_9"/);
    t.true(error?.cure?.includes(network.layers.join(', ')));
  }
});

/** Zero weights with one output channel per layer, for tests that only need the layers of VGG-19. */
async function zeroWeights() {
  const weights: Record<string, { data: Float32Array; shape: number[] }> = {
    'preprocess.scale': { data: new Float32Array(3), shape: [3] },
    'preprocess.mean': { data: new Float32Array(3), shape: [3] },
  };
  for (const layer of vgg19.layers.filter((name) => name.startsWith('conv'))) {
    const inputs = layer === 'conv1_1' ? 3 : 1;
    weights[`${layer}.weight`] = { data: new Float32Array(9 * inputs), shape: [3, 3, inputs, 1] };
  }
  return weights;
}
