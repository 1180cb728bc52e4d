/** What every network must do. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type WeightSet } from '../../../src/engine/index.js';
import { WildstyleError } from '../../../src/errors.js';
import { type NetworkName, networkNames, networks } from '../../../src/stylize/networks/index.js';
import type { Network } from '../../../src/stylize/networks/network.js';
import { smoothed } from '../../../src/stylize/networks/smoothing.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { randomNetworkFile } from '../../support/random-network.js';
import { pattern } from '../support.js';

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });

const loaded = new Map<NetworkName, Promise<WeightSet>>();

function weightsOf(name: NetworkName): Promise<WeightSet> {
  const { needsWeights, loadWeights } = networks[name];
  const known = loaded.get(name);
  if (known) return known;
  const loading = needsWeights ? loadWeights(randomNetworkFile(name)) : loadWeights();
  loaded.set(name, loading);
  return loading;
}

const layersOf = ({ defaults }: Network): string[] => [
  ...new Set([...Object.keys(defaults.contentLayers), ...defaults.styleLayers]),
];

for (const name of networkNames) {
  const network: Network = networks[name];

  test(`${name}: features have the shapes that it says, and gradients are those of the reference`, async (t) => {
    const { tensors } = await weightsOf(name);
    const layers = layersOf(network);
    // Odd edges: pooling drops the last row and column, or its last window reaches over them.
    const image = pattern(1, 33, 38);
    const run = (engine: typeof onnx) =>
      execute(
        engine,
        ({ image }, weights) => {
          const x = image as tf.Tensor4D;
          const features = network.features(x, weights, layers, network.defaults.pooling);
          const slope = tf.grad((pixels) => {
            const all = network.features(pixels as tf.Tensor4D, weights, layers, network.defaults.pooling);
            return tf.addN(Object.values(all).map((layer) => tf.mean(tf.square(layer))));
          })(x);
          return { ...features, slope };
        },
        { image },
        tensors,
      );
    const [actual, expected] = [await run(onnx), await run(reference)];
    for (const layer of layers) {
      t.deepEqual([...actual[layer].shape], [...network.shapeAt(layer, image.shape)], layer);
    }
    for (const [output, { data }] of Object.entries(actual)) {
      t.true(data.every(Number.isFinite), output);
      const difference = relativeDifference(data, expected[output].data);
      t.true(difference < 1e-4, `${output}: ${difference}`);
    }
  });

  test(`${name}: any layer by name, and an error for a name that is none`, async (t) => {
    const { tensors } = await weightsOf(name);
    const image = pattern(1);
    const shallow = network.layers.slice(0, 6);
    const features = await execute(
      onnx,
      (inputs, weights) => network.features(inputs.image as tf.Tensor4D, weights, shallow, 'average'),
      { image },
      tensors,
    );
    for (const layer of shallow)
      t.deepEqual([...features[layer].shape], [...network.shapeAt(layer, image.shape)], layer);
    const wrong = execute(
      onnx,
      (inputs, weights) =>
        network.features(inputs.image as tf.Tensor4D, weights, [shallow[0], 'relu9_9'], 'max'),
      { image },
      tensors,
    );
    const error = await t.throwsAsync(wrong, { instanceOf: WildstyleError });
    t.is(error?.code, 'layer-unknown');
    t.true(error?.cure?.includes(network.layers.join(', ')));
  });
}

test('squeezenet1_1: edges are those of torchvision, and the last pooling window may reach over the border', async (t) => {
  const { squeezenet1_1: network } = networks;
  const edges = ['conv1', 'pool1', 'pool3', 'pool5', 'fire9'].map(
    (layer) => network.shapeAt(layer, [1, 224, 224, 3])[1],
  );
  t.deepEqual(edges, [111, 55, 27, 13, 13]);
  const { tensors } = await weightsOf('squeezenet1_1');
  const { relu1, pool1 } = await execute(
    onnx,
    (inputs, weights) => network.features(inputs.image as tf.Tensor4D, weights, ['relu1', 'pool1'], 'max'),
    { image: pattern(3, 34, 37) },
    tensors,
  );
  const [, height, width, channels] = relu1.shape;
  const [, rows, columns] = pool1.shape;
  t.deepEqual([height, width, rows, columns], [16, 18, 8, 9]);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let largest = 0;
      for (let y = 2 * row; y < Math.min(height, 2 * row + 3); y++)
        for (let x = 2 * column; x < Math.min(width, 2 * column + 3); x++)
          largest = Math.max(largest, relu1.data[(y * width + x) * channels]);
      t.is(pool1.data[(row * columns + column) * channels], largest);
    }
  }
});

test('smoothing: the mean is one, the order stays, peaks are lower, and flat features are finite', async (t) => {
  const { data } = pattern(2);
  const peaks = data.map((value, i) => (i % 97 === 0 ? 40 * value : value));
  const smooth = async (values: Float32Array) =>
    (
      await execute(onnx, ({ x }) => smoothed({ x: x as tf.Tensor4D }), {
        x: { data: values, shape: [1, 32, 32, 3] },
      })
    ).x.data;
  const after = await smooth(peaks);
  t.true(Math.abs(after.reduce((a, b) => a + b) / after.length - 1) < 1e-4);
  const order = (values: Float32Array) => [...values.keys()].sort((a, b) => values[a] - values[b]);
  t.deepEqual(order(after).slice(-5), order(peaks).slice(-5));
  const flat = await smooth(new Float32Array(peaks.length));
  t.true(flat.every((value) => Math.abs(value - 1) < 1e-4));
});
