import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type TensorFunction } from '../../../src/engine/index.js';
import { totalVariation } from '../../../src/stylize/terms/image/total-variation.js';
import { pixels } from '../../../src/stylize/terms/term.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { isClose, pattern, plainTotalVariation } from '../support.js';
import { atOneLayer } from './one-layer.js';

const variation = atOneLayer(totalVariation, pixels);
const fn: TensorFunction = ({ image }) => ({
  loss: variation.compare(image, {}),
  scale: variation.scale(image),
  gradient: tf.grad((x) => tf.sum(variation.compare(x, {})))(image),
});

/** Two images as a batch. */
function together(a: HostTensor, b: HostTensor): HostTensor {
  const data = new Float32Array(2 * a.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { data, shape: [2, ...a.shape.slice(1)] };
}

for (const engine of [await createEngine('reference'), await createEngine('onnx', { threads: 1 })]) {
  test(`${engine.name}: total variation is the mean squared difference of neighbors`, async (t) => {
    const images = [pattern(1, 5, 7), pattern(2, 5, 7)];
    const { loss, scale } = await execute(engine, fn, { image: together(images[0], images[1]) });
    for (const row of [0, 1]) {
      t.true(isClose(loss.data[row], plainTotalVariation(images[row]), 1e-5));
      t.true(isClose(scale.data[row], 0.01, 1e-6));
    }
  });

  test(`${engine.name}: the gradient of total variation matches the definition`, async (t) => {
    const image = pattern(3, 4, 5);
    const { gradient } = await execute(engine, fn, { image });
    const step = 1e-3;
    const moved = (i: number, by: number) => {
      // In double precision, because the difference of float32 losses is too inaccurate.
      const data = Array.from(image.data, (value, k) => (k === i ? value + by : value));
      return plainTotalVariation({ data, shape: image.shape });
    };
    const expected = image.data.map((_, i) => (moved(i, step) - moved(i, -step)) / (2 * step));
    t.true(relativeDifference(gradient.data, expected) < 1e-5);
  });

  test(`${engine.name}: a flat image has no total variation but the same scale`, async (t) => {
    const image = { data: new Float32Array(75).fill(0.4), shape: [1, 5, 5, 3] };
    const { loss, scale, gradient } = await execute(engine, fn, { image });
    t.is(loss.data[0], 0);
    t.true(isClose(scale.data[0], 0.01, 1e-6));
    t.true(gradient.data.every((value) => value === 0));
  });
}
