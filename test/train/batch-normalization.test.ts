import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type Named } from '../../src/engine/index.js';
import { normalizedByAverages, normalizedByBatch } from '../../src/train/batch-normalization.js';
import { execute, probe, randomTensor, relativeDifference, withGradients } from '../engine/support.js';

const engines = [await createEngine('reference'), await createEngine('onnx', { threads: 1 })];
const [decay, epsilon] = [0.8, 1e-3];
const inputs = {
  x: randomTensor([4, 3, 5, 6], 1),
  scale: randomTensor([6], 2),
  offset: randomTensor([6], 3),
  mean: randomTensor([6], 4),
  variance: randomTensor([6], 5, 'positive'),
};
const { x, scale, offset } = inputs;

/** The same from the operations of TF.js, with its own gradients. */
function plain(given: Named<tf.Tensor>): tf.Tensor {
  const { mean, variance } = tf.moments(given.x, [0, 1, 2]);
  const normalized = tf.div(tf.sub(given.x, mean), tf.sqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalized, given.scale), given.offset);
}

const ours = (given: Named<tf.Tensor>): tf.Tensor => {
  const zeros = { mean: tf.zeros([6]), variance: tf.zeros([6]) };
  const { scale, offset } = given;
  return normalizedByBatch(given.x, { scale, offset, ...zeros }, { decay, epsilon }).y;
};

/** A loss with the gradient with respect to the image in it. */
const ofGradient = (fn: typeof ours) => (given: Named<tf.Tensor>) =>
  tf.sin(tf.grad((image) => probe(tf.sin(fn({ ...given, x: image }))))(given.x));

for (const engine of engines) {
  test(`${engine.name}: the normalized batch and its gradients are those of the plain operations`, async (t) => {
    for (const wrap of [(fn: typeof ours) => fn, ofGradient]) {
      const expected = await execute(engines[0], withGradients(wrap(plain)), { x, scale, offset });
      const actual = await execute(engine, withGradients(wrap(ours)), { x, scale, offset });
      for (const [name, { data }] of Object.entries(expected)) {
        // The offset has no part in some gradients.
        const size = Math.max(...data.map(Math.abs));
        if (size > 1e-4) t.true(relativeDifference(actual[name].data, data) < 1e-4, name);
      }
    }
  });

  test(`${engine.name}: running averages approach the statistics of the batch`, async (t) => {
    const results = await execute(
      engine,
      (given) => {
        const { x, scale, offset, mean, variance } = given;
        const old = { scale, offset, mean, variance };
        const { y: _, ...updated } = normalizedByBatch(x, old, { decay, epsilon });
        return { ...updated, later: normalizedByAverages(x, old, { epsilon }) };
      },
      inputs,
    );
    for (let channel = 0; channel < 6; channel++) {
      const values = [...x.data].filter((_, index) => index % 6 === channel);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
      const near = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-5);
      near(results.mean.data[channel], decay * inputs.mean.data[channel] + (1 - decay) * mean);
      near(results.variance.data[channel], decay * inputs.variance.data[channel] + (1 - decay) * variance);
      const deviation = Math.sqrt(inputs.variance.data[channel] + epsilon);
      const first = (values[0] - inputs.mean.data[channel]) / deviation;
      near(results.later.data[channel], first * scale.data[channel] + offset.data[channel]);
    }
  });
}
