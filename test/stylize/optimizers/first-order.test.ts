/** Gradient descent, RMSprop and the average of iterates against their definitions in double precision. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { adam } from '../../../src/stylize/optimizers/adam.js';
import { averaged } from '../../../src/stylize/optimizers/averaged.js';
import { rmsprop } from '../../../src/stylize/optimizers/rmsprop.js';
import { sgd } from '../../../src/stylize/optimizers/sgd.js';
import { type Driven, drive, type Landscape } from './drive.js';
import { bowl, bowlGradient, bowlMinimum, bowlShape, bowlStart } from './landscapes.js';

const engines = [await createEngine('reference'), await createEngine('onnx', { threads: 1 })];
const start = { data: bowlStart(0), shape: bowlShape };
const clamped = (value: number) => Math.min(1, Math.max(0, value));

type Update = (gradient: readonly number[], step: number) => readonly number[];

/** The points of `x <- clamp(x - update)`. */
function follow(update: Update, steps: number): number[][] {
  const points = [[...start.data]];
  for (let step = 0; step < steps; step++) {
    const change = update(bowlGradient(points[step]), step);
    points.push(points[step].map((value, i) => clamped(value - change[i])));
  }
  return points;
}

const largestError = ({ seen }: Driven, expected: readonly number[][]): number =>
  Math.max(
    ...seen.flatMap(({ image }, step) => [...image].map((value, i) => Math.abs(value - expected[step][i]))),
  );

for (const engine of engines) {
  test(`${engine.name}: gradient descent with momentum, scaled by the first gradient`, async (t) => {
    for (const [rate, momentum] of [
      [0.01, 0.9],
      [0.05, 0],
      [0.02, 0.5],
    ]) {
      let velocity: number[] = [];
      let scale = 0;
      const expected = follow((gradient, step) => {
        if (step === 0) scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length);
        velocity = gradient.map((g, i) => momentum * (velocity[i] ?? 0) + g / scale);
        return velocity.map((v) => rate * v);
      }, 20);
      const driven = await drive(engine, sgd, bowl, start, rate, { momentum });
      await driven.advance(21);
      t.true(largestError(driven, expected) < 1e-5, `${largestError(driven, expected)}`);
    }
  });

  test(`${engine.name}: RMSprop as in PyTorch`, async (t) => {
    for (const [rate, momentum] of [
      [0.002, 0],
      [0.01, 0.5],
    ]) {
      let [velocity, square]: number[][] = [[], []];
      const expected = follow((gradient) => {
        square = gradient.map((g, i) => 0.99 * (square[i] ?? 0) + 0.01 * g * g);
        velocity = gradient.map((g, i) => momentum * (velocity[i] ?? 0) + g / (Math.sqrt(square[i]) + 1e-8));
        return velocity.map((v) => rate * v);
      }, 20);
      const driven = await drive(engine, rmsprop, bowl, start, rate, { momentum });
      await driven.advance(21);
      t.true(largestError(driven, expected) < 1e-4, `${largestError(driven, expected)}`);
    }
  });

  test(`${engine.name}: the average of iterates is that of style-transfer-pytorch`, async (t) => {
    const steps = 12;
    const plain = await drive(engine, adam, bowl, start);
    await plain.advance(steps + 1);
    for (const decay of [0.5, 0.9, 0.99]) {
      const optimizer = averaged(adam);
      const driven = await drive(engine, optimizer, bowl, start, undefined, { average: decay });
      await driven.advance(steps + 1);
      for (const [step, { image }] of plain.seen.entries()) t.deepEqual(driven.seen[step].image, image);
      // The class EMA: `value` starts with the initial image, `accumulated` at its decay.
      let [value, accumulated] = [start.data.map((pixel) => (1 - decay) * pixel), decay];
      for (const { image } of plain.seen.slice(1)) {
        value = value.map((old, i) => decay * old + (1 - decay) * image[i]);
        accumulated *= decay;
      }
      // The state after step 12 has the iterates up to the thirteenth.
      const last = await driven.next();
      value = value.map((old, i) => decay * old + (1 - decay) * last[i]);
      accumulated *= decay;
      const state = Object.fromEntries(
        await Promise.all(
          (optimizer.delivered?.from ?? []).map(async (name) => [name, await driven.state(name)] as const),
        ),
      );
      const delivered = optimizer.delivered?.image(state) ?? new Float32Array();
      const error = Math.max(...delivered.map((pixel, i) => Math.abs(pixel - value[i] / (1 - accumulated))));
      t.true(error < 1e-5, `${error} at ${decay}`);
    }
  });
}

test('the average is closer to the minimum than iterates that jump around it', async (t) => {
  const [reference] = engines;
  // The gradient of the distance has the same size everywhere, so steps of a constant rate never end.
  const cone: Landscape = (image) => {
    const difference = tf.sub(image, tf.tensor(bowlMinimum, bowlShape));
    return {
      loss: tf.mean(tf.abs(difference), [1, 2, 3], true) as tf.Tensor4D,
      gradient: tf.div(tf.sign(difference), bowlMinimum.length) as tf.Tensor4D,
    };
  };
  const optimizer = averaged(sgd);
  const driven = await drive(reference, optimizer, cone, start, 0.05, { momentum: 0, average: 0.9 });
  await driven.advance(60);
  const [average, [weight]] = [await driven.state('average'), await driven.state('averageWeight')];
  const distance = (pixels: Float32Array) =>
    pixels.reduce((sum, pixel, i) => sum + Math.abs(pixel - bowlMinimum[i]), 0) / pixels.length;
  const [mean, last] = [distance(average.map((value) => value / weight)), distance(await driven.next())];
  t.true(mean < 0.5 * last, `${mean} against ${last}`);
});
