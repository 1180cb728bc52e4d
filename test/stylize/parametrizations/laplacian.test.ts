import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { laplacian } from '../../../src/stylize/parametrizations/laplacian.js';
import { execute, relativeDifference } from '../../engine/support.js';
import { isClose, pattern, quickInput } from '../support.js';

const engines = [await createEngine('reference'), await createEngine('onnx', { threads: 1 })];

test('decoding gives back the image that was encoded, at any size, on every engine', async (t) => {
  for (const [height, width] of [
    [32, 32],
    [33, 47],
    [40, 56],
    [64, 35],
  ]) {
    const image = pattern(1, height, width);
    const variables = laplacian.encode(image);
    t.deepEqual([...variables.shape], [...laplacian.shape(image.shape)]);
    const back = laplacian.image(variables);
    t.deepEqual([...back.shape], [...image.shape]);
    t.true(relativeDifference(back.data, image.data) < 1e-6);
    for (const engine of engines) {
      const { decoded } = await execute(
        engine,
        ({ x }) => ({ decoded: laplacian.decode(x as tf.Tensor4D) }),
        { x: variables },
      );
      t.deepEqual([...decoded.shape], [...image.shape]);
      t.true(relativeDifference(decoded.data, image.data) < 1e-6, engine.name);
    }
  }
});

test('the coarsest level holds a flat image, and fine levels are zero', (t) => {
  const flat = { data: new Float32Array(32 * 48 * 3).fill(0.25), shape: [1, 32, 48, 3] };
  const { data, shape } = laplacian.encode(flat);
  const fine = data.subarray(0, (32 + 16 + 8 + 4) * 48 * 3);
  t.true(fine.every((value) => value === 0));
  t.is(shape[1], 32 + 16 + 8 + 4 + 2);
  t.is(data.filter((value) => value === 0.25).length, 2 * 3 * 3);
});

test('a step on a coarse variable moves a large area; slopes add up', async (t) => {
  const image = pattern(2, 32, 32);
  const variables = laplacian.encode(image);
  for (const engine of engines) {
    const { slope } = await execute(
      engine,
      ({ x }) => ({ slope: tf.grad((v) => tf.sum(laplacian.decode(v as tf.Tensor4D)))(x) }),
      { x: variables },
    );
    // Each level contributes every pixel once, whatever its size.
    let top = 0;
    for (const edge of [32, 16, 8, 4, 2]) {
      const rows = slope.data.subarray(top * 32 * 3, (top + edge) * 32 * 3);
      const total = rows.reduce((a, b) => a + b);
      t.true(Math.abs(total - 32 * 32 * 3) < 1e-2 * total, `${engine.name}, ${edge}: ${total}`);
      top += edge;
    }
  }
});

test('optimizing a pyramid lowers the loss, and the last loss is that of the image', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  const [content, style] = [pattern(1, 40, 48), pattern(2, 48, 48)];
  for (const optimizer of ['rmsprop', 'lbfgs', 'adam'] as const) {
    const recipe = quickInput({ parametrization: 'laplacian', optimizer, steps: 8 });
    const { image, loss } = await stylizer.stylize(content, style, recipe);
    t.deepEqual([...image.shape], [1, 40, 48, 3]);
    t.true(image.data.every((value) => value >= 0 && value <= 1));
    t.true(loss.final.total < 0.9 * loss.initial.total, `${optimizer}: ${loss.final.total}`);
    const { total } = await stylizer.evaluate(image, content, style, recipe);
    t.true(isClose(loss.final.total, total, 1e-3), `${loss.final.total}, ${total}`);
  }
  stylizer.dispose();
});
