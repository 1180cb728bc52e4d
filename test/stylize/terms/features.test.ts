import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type TensorFunction } from '../../../src/engine/index.js';
import { features } from '../../../src/stylize/terms/content/features.js';
import { execute, randomTensor, relativeDifference } from '../../engine/support.js';
import { isClose, meanSquare, meanSquaredDifference } from '../support.js';
import { atOneLayer } from './one-layer.js';

const shape = [2, 3, 4, 5];
const size = 60;
const layer = randomTensor(shape, 1);
const target = randomTensor(shape, 2);

const content = atOneLayer(features);
const fn: TensorFunction = (inputs) => {
  const wanted = content.target(inputs.target);
  return {
    loss: content.compare(inputs.layer, wanted),
    scale: content.scale(inputs.target),
    gradient: tf.grad((x) => tf.sum(content.compare(x, wanted)))(inputs.layer),
  };
};

for (const engine of [await createEngine('reference'), await createEngine('onnx', { threads: 1 })]) {
  test(`${engine.name}: the content loss is the mean squared difference, scaled by the target's mean square`, async (t) => {
    const { loss, scale, gradient } = await execute(engine, fn, { layer, target });
    for (const row of [0, 1]) {
      const part = (data: Float32Array) => data.slice(row * size, (row + 1) * size);
      const [a, b] = [part(layer.data), part(target.data)];
      t.true(isClose(loss.data[row], meanSquaredDifference(a, b), 1e-5));
      t.true(isClose(scale.data[row], meanSquare(b), 1e-5));
      const expected = a.map((value, i) => (2 * (value - b[i])) / size);
      t.true(relativeDifference(part(gradient.data), expected) < 1e-5);
    }
  });

  test(`${engine.name}: the content loss is zero at its target, and the scale has a lower bound`, async (t) => {
    const same = await execute(engine, fn, { layer, target: layer });
    t.deepEqual([...same.loss.data], [0, 0]);
    t.true(same.gradient.data.every((value) => value === 0));
    const nothing = { data: new Float32Array(2 * size), shape };
    const { scale } = await execute(engine, fn, { layer, target: nothing });
    for (const value of scale.data) t.true(isClose(value, 1e-2, 1e-6));
  });
}
