/** Compares Adam with the paper's algorithm in double precision. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { adam } from '../../../src/stylize/optimizers/adam.js';
import { drive, type Landscape } from './drive.js';

const shape = [1, 4, 4, 3];
const size = 48;
const minimum = Float32Array.from({ length: size }, (_, i) => 0.5 + 0.4 * Math.sin(i * 1.7));
const curvature = (i: number) => 1 + (i % 7);
const startAt = (seed: number) =>
  Float32Array.from({ length: size }, (_, i) => 0.5 + 0.3 * Math.cos(i * 0.9 + seed));

const bowl: Landscape = (image) => {
  const curvatures = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => curvature(i)),
    shape,
  );
  const distance = tf.sub(image, tf.tensor(minimum, shape));
  const slope = tf.mul(distance, curvatures);
  return {
    loss: tf.mean(tf.mul(slope, distance), [1, 2, 3], true) as tf.Tensor4D,
    gradient: tf.mul(slope, 2 / size) as tf.Tensor4D,
  };
};

/** Algorithm 1 of Kingma & Ba with beta2 = 0.99 and pixels clamped to [0, 1]. */
function plainAdam(start: Float32Array, steps: number, rate: number): number[][] {
  const points = [[...start]];
  const [mean, square] = [new Array<number>(size).fill(0), new Array<number>(size).fill(0)];
  for (let step = 1; step <= steps; step++) {
    const next = points[step - 1].map((value, i) => {
      const gradient = (2 * curvature(i) * (value - minimum[i])) / size;
      mean[i] = 0.9 * mean[i] + 0.1 * gradient;
      square[i] = 0.99 * square[i] + 0.01 * gradient ** 2;
      const corrected = mean[i] / (1 - 0.9 ** step);
      const deviation = Math.sqrt(square[i] / (1 - 0.99 ** step)) + 1e-8;
      return Math.min(1, Math.max(0, value - (rate * corrected) / deviation));
    });
    points.push(next);
  }
  return points;
}

for (const engine of [await createEngine('reference'), await createEngine('onnx', { threads: 1 })]) {
  test(`${engine.name}: follows the paper's algorithm`, async (t) => {
    for (const rate of [0.02, 0.2]) {
      const expected = plainAdam(startAt(0), 25, rate);
      const driven = await drive(engine, adam, bowl, { data: startAt(0), shape }, rate);
      await driven.advance(26);
      for (const [step, { image, accepted }] of driven.seen.entries()) {
        const difference = Math.max(...image.map((value, i) => Math.abs(value - expected[step][i])));
        t.true(difference < 1e-4, `rate ${rate}, step ${step}: ${difference}`);
        t.is(accepted[0], 1);
      }
    }
  });

  test(`${engine.name}: keeps pixels in [0, 1]`, async (t) => {
    const driven = await drive(engine, adam, bowl, { data: startAt(0), shape }, 0.7);
    await driven.advance(6);
    const values = driven.seen.slice(1).flatMap(({ image }) => [...image]);
    t.true(values.every((value) => value >= 0 && value <= 1));
    t.true(values.includes(0) && values.includes(1));
  });

  test(`${engine.name}: an item that joins later is bit-identical to one optimized alone`, async (t) => {
    const both = { data: new Float32Array(2 * size), shape: [2, ...shape.slice(1)] };
    both.data.set(startAt(1));
    const together = await drive(engine, adam, bowl, both);
    await together.advance(5);
    together.join(1, startAt(2));
    await together.advance(6);
    const alone = await drive(engine, adam, bowl, { data: startAt(2), shape });
    await alone.advance(6);
    for (const [step, { image }] of alone.seen.entries()) {
      t.deepEqual(together.seen[5 + step].image.slice(size), image);
    }
  });
}

test('descends a bowl and does not move without a gradient', async (t) => {
  const engine = await createEngine('reference');
  const driven = await drive(engine, adam, bowl, { data: startAt(0), shape });
  await driven.advance(80);
  t.true(driven.seen[79].loss[0] < 1e-3 * driven.seen[0].loss[0]);
  const plateau: Landscape = (image) => ({ loss: tf.ones([1, 1, 1, 1]), gradient: tf.zerosLike(image) });
  const still = await drive(engine, adam, plateau, { data: startAt(0), shape });
  await still.advance(3);
  t.deepEqual(still.seen[2].image, startAt(0));
});
