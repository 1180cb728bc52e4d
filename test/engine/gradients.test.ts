/** Tests gradients of both engines against central differences. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type EngineName, type Shape, type TensorFunction } from '../../src/engine/index.js';
import { execute, installedEngines, probe, randomTensor, relativeDifference } from './support.js';

type Image = tf.Tensor4D;

interface Subject {
  readonly shape: Shape;
  readonly fn: (x: tf.Tensor) => tf.Tensor;
  /** Engines to test; all by default. TF.js's CPU backend computes some gradients incorrectly. */
  readonly engines?: readonly EngineName[];
}

const filter = randomTensor([3, 3, 2, 3], 5);
const asFilter = (): Image => tf.tensor(filter.data, [3, 3, 2, 3]);
const onnxOnly = ['onnx'] as const;

const subjects: Readonly<Record<string, Subject>> = {
  'conv2d, same': { shape: [2, 5, 6, 2], fn: (x) => tf.conv2d(x as Image, asFilter(), 1, 'same') },
  'conv2d, stride 2': { shape: [2, 5, 6, 2], fn: (x) => tf.conv2d(x as Image, asFilter(), 2, 'valid') },
  'average pooling': { shape: [2, 6, 4, 2], fn: (x) => tf.avgPool(x as Image, 2, 2, 'valid') },
  'max pooling': { shape: [2, 6, 4, 2], fn: (x) => tf.maxPool(x as Image, 2, 2, 'valid') },
  'max pooling, overlapping': { shape: [2, 6, 4, 2], fn: (x) => tf.maxPool(x as Image, 3, 1, 'same') },
  sigmoid: { shape: [2, 3, 4, 2], fn: tf.sigmoid },
  mean: { shape: [2, 3, 4, 2], fn: (x) => tf.mean(tf.square(x), [1, 2]) },
  'Gram matrix': {
    shape: [2, 3, 4, 2],
    fn: (x) => {
      const flat = tf.reshape(x, [2, 12, 2]);
      return tf.matMul(flat, flat, true, false);
    },
  },
  'resizeBilinear of a batch of non-square images': {
    shape: [2, 3, 4, 2],
    fn: (x) => tf.image.resizeBilinear(x as Image, [5, 3]),
    engines: onnxOnly,
  },
  'resizeBilinear, pixels centered': {
    shape: [2, 3, 4, 2],
    fn: (x) => tf.image.resizeBilinear(x as Image, [7, 2], false, true),
    engines: onnxOnly,
  },
  'resizeNearestNeighbor of a batch': {
    shape: [2, 3, 4, 2],
    fn: (x) => tf.image.resizeNearestNeighbor(x as Image, [6, 5]),
    engines: onnxOnly,
  },
  'resizeNearestNeighbor, pixels centered': {
    shape: [2, 3, 4, 2],
    fn: (x) => tf.image.resizeNearestNeighbor(x as Image, [6, 5], false, true),
    engines: onnxOnly,
  },
};

const span = 1e-2;

for (const [name, { shape, fn, engines = installedEngines }] of Object.entries(subjects)) {
  for (const engineName of engines) {
    test(`${engineName}: gradient of ${name} matches finite differences`, async (t) => {
      const engine = await createEngine(engineName, { threads: 1 });
      const x = randomTensor(shape, 7);
      const size = x.data.length;
      const differentiate: TensorFunction = (inputs) => ({
        gradient: tf.grad((y) => probe(fn(y)))(inputs.x),
      });
      // One graph evaluates the function on all shifted copies of x.
      const evaluate: TensorFunction = (inputs) => ({
        values: tf.stack(tf.unstack(inputs.x).map((copy) => probe(fn(copy)))),
      });
      const shifted = new Float32Array(2 * size * size);
      for (let index = 0; index < 2 * size; index++) {
        shifted.set(x.data, index * size);
        shifted[index * size + (index >> 1)] += index % 2 === 0 ? span : -span;
      }
      const { gradient } = await execute(engine, differentiate, { x });
      const { values } = await execute(engine, evaluate, {
        x: { data: shifted, shape: [2 * size, ...shape] },
      });
      const differences = gradient.data.map((_, index) => {
        return (values.data[2 * index] - values.data[2 * index + 1]) / (2 * span);
      });
      t.true(relativeDifference(gradient.data, differences) < 5e-3);
    });
  }
}
