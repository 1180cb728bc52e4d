/** A classifier of the user's own: what it says, and models that are refused. @module */
import test from 'ava';
import { sha256 } from '../../src/files/digest.js';
import { Classifier, type ClassifierFile } from '../../src/gate/classifier.js';
import { byColor, tinyClassifier } from '../support/tiny-classifier.js';

const fileOf = (bytes: Uint8Array, changes: Partial<ClassifierFile> = {}): ClassifierFile => ({
  model: 'tiny.onnx',
  sha256: sha256(bytes),
  labels: ['red', 'green', 'blue'],
  size: 8,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  layout: 'nchw',
  output: 'logits',
  ...changes,
});

/** 16 x 12 pixels of one color. */
const plain = (rgb: readonly number[]) => ({
  data: Float32Array.from({ length: 3 * 16 * 12 }, (_, i) => rgb[i % 3]),
  shape: [1, 12, 16, 3],
});

const near = (a: number, b: number) => Math.abs(a - b) < 1e-4;

test('probabilities of classes, in both layouts, from logits and from probabilities', async (t) => {
  const color = [0.5, 0.4, 0.1];
  const powers = color.map((value) => Math.exp(20 * value));
  const sum = powers.reduce((a, b) => a + b);
  for (const layout of ['nchw', 'nhwc'] as const) {
    for (const output of ['logits', 'probabilities'] as const) {
      const shape = layout === 'nchw' ? [1, 3, 8, 8] : [1, 8, 8, 3];
      const bytes = tinyClassifier({ shape, weights: byColor, softmax: output === 'probabilities' });
      const classifier = await Classifier.open(fileOf(bytes, { layout, output }), bytes);
      const found = await classifier.read(plain(color));
      t.deepEqual(Object.keys(found), ['red', 'green', 'blue']);
      for (const [i, value] of Object.values(found).entries()) t.true(near(value, powers[i] / sum));
      await classifier.dispose();
    }
  }
});

test('mean and deviation are taken off, and outputs with one name count together', async (t) => {
  const bytes = tinyClassifier({ weights: byColor });
  const scaled = fileOf(bytes, { mean: [0.5, 0, 0], std: [1, 2, 1], labels: ['warm', 'warm', 'cold'] });
  const classifier = await Classifier.open(scaled, bytes);
  const [red, green, blue] = [(0.6 - 0.5) * 20, (0.4 / 2) * 20, 0.3 * 20].map(Math.exp);
  const { warm, cold } = await classifier.read(plain([0.6, 0.4, 0.3]));
  t.true(near(warm, (red + green) / (red + green + blue)));
  t.true(near(warm + cold, 1));
  await classifier.dispose();
});

const refused: [name: string, bytes: Uint8Array, changes: Partial<ClassifierFile>, message: RegExp][] = [
  ['no model', new TextEncoder().encode('not a model'), {}, /is not an ONNX model that can be loaded/],
  ['an empty file', new Uint8Array(), {}, /is not an ONNX model that can be loaded/],
  [
    'half a model',
    tinyClassifier({ weights: byColor }).subarray(0, 90),
    {},
    /is not an ONNX model that can be loaded/,
  ],
  [
    'another size',
    tinyClassifier({ weights: byColor }),
    { size: 16 },
    /does not take an image of 16 x 16 pixels in nchw/,
  ],
  [
    'another layout',
    tinyClassifier({ weights: byColor }),
    { layout: 'nhwc' },
    /does not take an image of 8 x 8 pixels in nhwc/,
  ],
  [
    'other labels',
    tinyClassifier({ weights: byColor }),
    { labels: ['red', 'green'] },
    /gives 3 values for an image, but gate\.classifier\.labels has 2/,
  ],
  ['two inputs', tinyClassifier({ weights: byColor, secondInput: true }), {}, /has 2 inputs, not one/],
  [
    'logits for probabilities',
    tinyClassifier({ weights: byColor }),
    { output: 'probabilities' },
    /does not give probabilities/,
  ],
  [
    'probabilities for logits',
    tinyClassifier({ weights: byColor, softmax: true }),
    {},
    /gives probabilities: set/,
  ],
  [
    'no numbers',
    tinyClassifier({
      weights: [
        [Number.NaN, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    }),
    {},
    /values that are not finite numbers/,
  ],
  [
    'a batch of two',
    tinyClassifier({ shape: [2, 3, 8, 8], weights: byColor }),
    {},
    /does not take an image of 8 x 8 pixels/,
  ],
  ['another file', tinyClassifier({ weights: byColor }), { sha256: '0' }, /has changed/],
];

for (const [name, bytes, changes, message] of refused) {
  test(`refused: ${name}`, async (t) => {
    const whole = Uint8Array.from(bytes);
    await t.throwsAsync(Classifier.open(fileOf(whole, changes), whole), {
      code: 'classifier-invalid',
      message,
    });
  });
}
