/** What holds for every optimizer in the list, and for those that average their iterates. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import {
  type OptimizerChoice,
  optimizerKey,
  optimizerNames,
  optimizerOf,
  optimizers,
} from '../../../src/stylize/optimizers/index.js';
import type { Optimizer } from '../../../src/stylize/optimizers/optimizer.js';
import { drive, type Landscape } from './drive.js';
import { bowl, bowlMinimum, bowlShape, bowlSize, bowlStart, plateau } from './landscapes.js';

const engines = [await createEngine('reference'), await createEngine('onnx', { threads: 1 })];
const [reference] = engines;
const start = { data: bowlStart(0), shape: bowlShape };
const averaging = { average: 0.9 };
const choices: OptimizerChoice[] = optimizerNames.flatMap((name): OptimizerChoice[] => {
  const { defaults }: Optimizer = optimizers[name];
  if (defaults.history !== undefined) return [{ name }, { name, history: 1 }, { name, history: 20 }];
  return [{ name }, { name, averages: true }];
});

for (const choice of choices) {
  const [optimizer, key] = [optimizerOf(choice), optimizerKey(choice)];
  const { learningRate } = optimizer.defaults;

  for (const engine of engines) {
    test(`${key} on ${engine.name}: an item that joins later is bit-identical to one optimized alone`, async (t) => {
      const both = { data: new Float32Array(2 * bowlSize), shape: [2, ...bowlShape.slice(1)] };
      both.data.set(bowlStart(1));
      const together = await drive(engine, optimizer, bowl, both, learningRate, averaging);
      await together.advance(5);
      together.join(1, bowlStart(2));
      await together.advance(6);
      const alone = await drive(
        engine,
        optimizer,
        bowl,
        { ...start, data: bowlStart(2) },
        learningRate,
        averaging,
      );
      await alone.advance(6);
      for (const [step, { image }] of alone.seen.entries())
        t.deepEqual(together.seen[5 + step].image.slice(bowlSize), image);
    });
  }

  test(`${key}: engines agree`, async (t) => {
    const driven = await Promise.all(
      engines.map((engine) => drive(engine, optimizer, bowl, start, learningRate, averaging)),
    );
    for (const each of driven) await each.advance(12);
    const [expected, actual] = driven.map(({ seen }) => seen[11].image);
    t.true(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]))) < 1e-5);
  });

  test(`${key}: descends to the bottom of a bowl`, async (t) => {
    const driven = await drive(reference, optimizer, bowl, start, learningRate, averaging);
    await driven.advance(120);
    const { loss, image } = driven.seen[119];
    t.true(loss[0] < 1e-3 * driven.seen[0].loss[0], `${loss[0]} from ${driven.seen[0].loss[0]}`);
    t.true(Math.max(...image.map((value, i) => Math.abs(value - bowlMinimum[i]))) < 0.03);
  });

  test(`${key}: the scale of the loss hardly matters`, async (t) => {
    const scaledBowl =
      (scale: number): Landscape =>
      (image) => {
        const { loss, gradient } = bowl(image);
        return { loss: tf.mul(loss, scale), gradient: tf.mul(gradient, scale) };
      };
    const [small, large] = await Promise.all(
      [1, 1e4].map((scale) => drive(reference, optimizer, scaledBowl(scale), start)),
    );
    await small.advance(10);
    await large.advance(10);
    const [a, b] = [small, large].map(({ seen }) => seen[9].image);
    t.true(Math.max(...a.map((value, i) => Math.abs(value - b[i]))) < 1e-3);
  });

  test(`${key}: keeps pixels in [0, 1]`, async (t) => {
    const outside: Landscape = (image) => ({
      loss: tf.mean(image, [1, 2, 3], true) as tf.Tensor4D,
      gradient: tf.fill(image.shape, 1 / bowlSize),
    });
    const driven = await drive(reference, optimizer, outside, start, 20 * learningRate);
    await driven.advance(30);
    const values = driven.seen.slice(1).flatMap(({ image }) => [...image]);
    t.true(values.every((value) => value >= 0 && value <= 1));
    t.true(values.includes(0));
  });

  test(`${key}: does not move without a gradient`, async (t) => {
    const driven = await drive(reference, optimizer, plateau, start);
    await driven.advance(4);
    t.deepEqual(driven.seen[3].image, start.data);
  });

  test(`${key}: tiny gradients do not cause NaN`, async (t) => {
    for (const engine of engines) {
      for (const scale of [1e-12, 1e-20, 1e-30, 1e-38]) {
        const tiny: Landscape = (image) => {
          const { loss, gradient } = bowl(image);
          return { loss: tf.mul(loss, scale), gradient: tf.mul(gradient, scale) };
        };
        const driven = await drive(engine, optimizer, tiny, start);
        await driven.advance(5);
        t.true(
          driven.seen.every(({ image }) => image.every(Number.isFinite)),
          `${engine.name}, ${scale}`,
        );
      }
    }
  });
}

test('choices with other steps have other keys', (t) => {
  t.is(new Set(choices.map(optimizerKey)).size, choices.length);
  t.is(optimizerKey({ name: 'lbfgs', averages: true }), optimizerKey({ name: 'lbfgs', history: 7 }));
  t.is(optimizerKey({ name: 'adam', history: 3 }), optimizerKey({ name: 'adam' }));
});
