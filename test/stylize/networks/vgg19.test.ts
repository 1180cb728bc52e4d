/** Loads VGG-19 from synthetic files. @module */
import type * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor } from '../../../src/engine/index.js';
import { type ErrorCode, WildstyleError } from '../../../src/errors.js';
import { caffeUnit } from '../../../src/stylize/networks/units.js';
import { channelsOf, vgg19Blocks, vggLayers } from '../../../src/stylize/networks/vgg/vgg.js';
import { vgg19 } from '../../../src/stylize/networks/vgg/vgg19.js';
import { execute, randomTensor, relativeDifference } from '../../engine/support.js';
import { f32, type RawTensor, safetensorsOf } from '../../files/safetensors/raw-file.js';
import { pattern } from '../support.js';

const reference = await createEngine('reference');
const caffe = { preprocess: 'bgr-255-caffe' };
const caffeMean = [103.939, 116.779, 123.68];
const [torchMean, torchDeviation] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];

/** A file with all tensors: BF16 zeros, except those given. */
function fileOf(
  given: Readonly<Record<string, RawTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const tensors: Record<string, RawTensor> = {};
  let inputs = 3;
  for (const [index, layer] of vggLayers(vgg19Blocks).entries()) {
    if (!layer.startsWith('conv')) continue;
    const outputs = channelsOf(vgg19Blocks, layer);
    const zeros = (shape: readonly number[]): RawTensor => ({
      dtype: 'BF16',
      shape,
      bytes: new Uint8Array(2 * shape.reduce((a, b) => a * b, 1)),
    });
    tensors[`features.${index}.weight`] = zeros([outputs, inputs, 3, 3]);
    tensors[`features.${index}.bias`] = zeros([outputs]);
    inputs = outputs;
  }
  return safetensorsOf({ ...tensors, ...given }, metadata);
}

const raw = (shape: readonly number[], values: readonly number[]): RawTensor => ({
  dtype: 'F32',
  shape,
  bytes: f32(values),
});

/** Filters `[64, 3, 3, 3]` for mean-subtracted BGR from 0 to 255. */
const filters = [...randomTensor([64, 3, 3, 3], 1).data].map((value) => value / 255);
const biases = [...randomTensor([64], 2).data];
const second = {
  'features.2.weight': raw(
    [64, 64, 3, 3],
    [...randomTensor([64, 64, 3, 3], 3).data].map((value) => value / 20),
  ),
  'features.2.bias': raw([64], [...randomTensor([64], 4).data]),
};

const caffeFile = fileOf(
  { 'features.0.weight': raw([64, 3, 3, 3], filters), 'features.0.bias': raw([64], biases), ...second },
  caffe,
);

/** The same network for torchvision's preprocessing: channels reversed, filters scaled, biases shifted. */
function torchvisionFile(): Uint8Array {
  const weights = new Array<number>(filters.length);
  const moved = [...biases];
  for (const [i, value] of filters.entries()) {
    const [output, channel, tap] = [Math.floor(i / 27), Math.floor(i / 9) % 3, i % 9];
    const rgb = 2 - channel;
    weights[output * 27 + rgb * 9 + tap] = value * 255 * torchDeviation[rgb];
    moved[output] += value * (255 * torchMean[rgb] - caffeMean[channel]);
  }
  return fileOf({
    'features.0.weight': raw([64, 3, 3, 3], weights),
    'features.0.bias': raw([64], moved),
    ...second,
  });
}

const layers = ['conv1_1', 'relu1_2'];
const image = pattern(1, 32, 34);

async function featuresOf(file: Uint8Array): Promise<Readonly<Record<string, HostTensor>>> {
  const { tensors } = await vgg19.loadWeights(file);
  return execute(
    reference,
    (inputs, weights) => vgg19.features(inputs.image as tf.Tensor4D, weights, layers, 'max'),
    { image },
    // Skip deeper layers, which these features do not need and which are slow to read.
    Object.fromEntries(Object.entries(tensors).filter(([name]) => !/^conv[2-5]/.test(name))),
  );
}

/** Cuts off the border, because zero padding means a different color in each preprocessing. */
function interior({ data, shape }: HostTensor, border: number): Float32Array {
  const [, height, width, channels] = shape;
  return data.filter((_, i) => {
    const [row, column] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
    return Math.min(row, column, height - 1 - row, width - 1 - column) >= border;
  });
}

test('a Caffe file gets mean-subtracted BGR from 0 to 255, in units of 64: the first layer equals plain loops', async (t) => {
  const { conv1_1 } = await featuresOf(caffeFile);
  const [, height, width] = image.shape;
  const nearest = (index: number, size: number) => Math.min(size - 1, Math.max(0, index));
  const pixel = (row: number, column: number, bgr: number): number => {
    const index = nearest(row, height) * width + nearest(column, width);
    return 255 * image.data[index * 3 + 2 - bgr] - caffeMean[bgr];
  };
  const expected = conv1_1.data.map((_, i) => {
    const [row, column, output] = [Math.floor(i / 64 / width), Math.floor(i / 64) % width, i % 64];
    let sum = biases[output];
    for (let k = 0; k < 27; k++) {
      const [channel, y, x] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
      sum += filters[output * 27 + k] * pixel(row + y - 1, column + x - 1, channel);
    }
    return sum / caffeUnit;
  });
  const difference = relativeDifference(conv1_1.data, expected);
  t.true(difference < 1e-5, `${difference}`);
});

test('the same network in a file for either preprocessing gives the same features, those of Caffe in its unit', async (t) => {
  const [a, b] = [await featuresOf(caffeFile), await featuresOf(torchvisionFile())];
  for (const [depth, layer] of layers.entries()) {
    const inCaffeUnits = interior(b[layer], depth + 1).map((value) => value / caffeUnit);
    const difference = relativeDifference(inCaffeUnits, interior(a[layer], depth + 1));
    t.true(difference < 1e-5, `${layer}: ${difference}`);
  }
});

test("the preprocessing in a file's metadata has an effect", async (t) => {
  const unstated = fileOf({
    'features.0.weight': raw([64, 3, 3, 3], filters),
    'features.0.bias': raw([64], biases),
    ...second,
  });
  const stated = fileOf(
    { 'features.0.weight': raw([64, 3, 3, 3], filters), 'features.0.bias': raw([64], biases), ...second },
    { preprocess: 'rgb-imagenet' },
  );
  const [a, b, c] = [await featuresOf(caffeFile), await featuresOf(unstated), await featuresOf(stated)];
  t.true(relativeDifference(b.conv1_1.data, a.conv1_1.data) > 0.1);
  t.deepEqual(c.conv1_1.data, b.conv1_1.data);
});

test('the digest is the digest of the file', async (t) => {
  const [first, again, other] = await Promise.all(
    [caffeFile, caffeFile.slice(), torchvisionFile()].map((file) => vgg19.loadWeights(file)),
  );
  t.regex(first.digest, /^[0-9a-f]{64}$/);
  t.is(again.digest, first.digest);
  t.not(other.digest, first.digest);
  t.deepEqual([...first.tensors['conv5_4.weight'].shape], [3, 3, 512, 512]);
});

const refusals: Record<string, [file: () => Uint8Array | undefined, code: ErrorCode, says: RegExp]> = {
  'no file': [() => undefined, 'weights-missing', /vgg19 needs a weights file/],
  'a filter with the wrong shape': [
    () => fileOf({ 'features.0.weight': raw([3, 3, 3, 64], filters) }, caffe),
    'weights-invalid',
    /features\.0\.weight is \[3,3,3,64\], not \[64,3,3,3\]/,
  ],
  'a bias with the wrong shape': [
    () => fileOf({ 'features.34.bias': raw([2], [1, 2]) }, caffe),
    'weights-invalid',
    /features\.34\.bias is \[2\], not \[512\]/,
  ],
  'a file without VGG-19 tensors': [
    () => safetensorsOf({ a: raw([2], [1, 2]) }),
    'weights-invalid',
    /features\.0\.weight is missing/,
  ],
  'an unknown preprocessing': [
    () => fileOf({}, { preprocess: 'gray' }),
    'weights-invalid',
    /unknown preprocessing "gray"/,
  ],
  'a preprocessing named like an Object.prototype property': [
    () => fileOf({}, { preprocess: 'constructor' }),
    'weights-invalid',
    /unknown preprocessing "constructor"/,
  ],
  'a NaN weight': [
    () => fileOf({ 'features.0.bias': raw([64], [...biases.slice(1), Number.NaN]) }),
    'weights-invalid',
    /the value NaN in tensor features\.0\.bias at index 63/,
  ],
  'a file that is not safetensors': [() => new Uint8Array(100), 'weights-invalid', /header length is 0/],
};

/** Reads all tensors, which are converted lazily. */
async function loadAll(file: Uint8Array | undefined) {
  const { tensors } = await vgg19.loadWeights(file);
  return Object.values(tensors).map(({ data }) => data);
}

for (const [name, [file, code, says]] of Object.entries(refusals)) {
  test(`rejects ${name}`, async (t) => {
    const error = await t.throwsAsync(loadAll(file()), {
      instanceOf: WildstyleError,
      message: says,
    });
    t.is(error?.code, code);
  });
}
