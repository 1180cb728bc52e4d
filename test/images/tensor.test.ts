import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { toPixels, toTensor } from '../../src/images/tensor.js';

test('pixels become floats in [0, 1] as a batch of one', (t) => {
  const tensor = toTensor({ data: Uint8Array.of(0, 255, 51, 102, 153, 204), widthPx: 2, heightPx: 1 });
  t.deepEqual(tensor.shape, [1, 1, 2, 3]);
  t.deepEqual(tensor.data, Float32Array.of(0, 1, 0.2, 0.4, 0.6, 0.8));
});

test('all 256 levels survive a round trip', (t) => {
  const data = Uint8Array.from({ length: 768 }, (_, index) => index % 256);
  const pixels = { data, widthPx: 16, heightPx: 16 };
  const tensor = toTensor(pixels);
  t.deepEqual(toPixels(tensor.data, tensor.shape), pixels);
});

test('values are clamped and halves are rounded up', (t) => {
  const values = Float32Array.of(-0.1, 1.2, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 / 255);
  t.deepEqual(toPixels(values, [1, 2, 3]).data, Uint8Array.of(0, 255, 128, 255, 0, 2));
});

test('the error for NaN names its position', (t) => {
  const values = new Float32Array(2 * 4 * 3);
  values[(1 * 4 + 2) * 3 + 1] = Number.NaN;
  const error = t.throws(() => toPixels(values, [1, 2, 4, 3]), { instanceOf: WildstyleError });
  t.is(error.code, 'loss-diverged');
  t.regex(error.message, /x 2, y 1, channel 1/);
});

test('shapes other than a single RGB image are rejected', (t) => {
  for (const shape of [
    [2, 2, 2, 3],
    [1, 2, 2, 4],
    [4, 3],
    [1, 1, 1, 2, 3],
    [1, 2, 3, 3],
  ]) {
    const error = t.throws(() => toPixels(new Float32Array(12), shape), { instanceOf: WildstyleError });
    t.is(error.code, 'shape-mismatch', shape.join());
  }
});
