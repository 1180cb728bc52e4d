/** Tests that the onnx engine computes the same as the reference engine. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../src/engine/index.js';
import { conformanceCases } from './cases/index.js';
import { type Case, drawn, execute, relativeDifference } from './support.js';

const tolerance = 1e-4;
const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });

const conforms = test.macro({
  title: (_, group: Case) => group.name,
  async exec(t, entry: Case) {
    const inputs = drawn(entry);
    const expected = await execute(reference, entry.fn, inputs);
    const actual = await execute(onnx, entry.fn, inputs);
    t.deepEqual(Object.keys(actual), Object.keys(expected));
    for (const [name, { shape, data }] of Object.entries(expected)) {
      t.deepEqual(actual[name].shape, shape, name);
      const difference = relativeDifference(actual[name].data, data);
      t.true(difference <= tolerance, `${name}: relative difference ${difference}`);
    }
    t.is(tf.memory().numTensors, 0);
  },
});

for (const entry of conformanceCases) test.serial(conforms, entry);
