/** L-BFGS on simple analytic functions. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { historyLength, lbfgs } from '../../../src/stylize/optimizers/lbfgs.js';
import { mean } from '../support.js';
import { type Driven, drive, type Landscape } from './drive.js';
import { plainLbfgs, plainNext } from './plain-lbfgs.js';

const reference = await createEngine('reference');
const onnx = await createEngine('onnx', { threads: 1 });

const shape = [1, 8, 8, 3];
const size = 192;
const axes = [1, 2, 3];

/** Unordered curvatures from 1 to 100, and the location of the minimum. */
const curvatures = Float32Array.from({ length: size }, (_, i) => 100 ** (((i * 7) % size) / (size - 1)));
const minimum = Float32Array.from({ length: size }, (_, i) => 0.5 + 0.3 * Math.sin(i * 1.7));
const startAt = (seed: number) =>
  Float32Array.from({ length: size }, (_, i) => 0.5 + 0.2 * Math.cos(i * 0.9 + seed));

/** A quadratic bowl: `scale / 2` times the mean of curvature times squared distance. */
const bowl =
  (scale = 1): Landscape =>
  (image) => {
    const distance = tf.sub(image, tf.tensor(minimum, shape));
    const slope = tf.mul(distance, tf.tensor(curvatures, shape));
    return {
      loss: tf.mul(tf.mean(tf.mul(slope, distance), axes, true), 0.5 * scale) as tf.Tensor4D,
      gradient: tf.mul(slope, scale / size) as tf.Tensor4D,
    };
  };

const start = { data: startAt(0), shape };
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
const rms = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(mean(Array.from(a, (value, i) => (value - b[i]) ** 2)));
const staysFinite = ({ seen }: Driven): boolean =>
  seen.every(({ image, loss }) => [...image, ...loss].every(Number.isFinite));
const acceptedOf = ({ seen }: Driven): number[] => seen.map(({ accepted }) => accepted[0]);

/** A loss that equals `inside` within an RMS distance of `radius` from the start, and is `beyond` farther away. */
const wall =
  (radius: number, inside: Landscape, beyond: number): Landscape =>
  (image) => {
    const { loss, gradient } = inside(image);
    const distance = tf.mean(tf.squaredDifference(image, tf.tensor(start.data, shape)), axes, true);
    const isInside = tf.lessEqual(distance, radius ** 2);
    return { loss: tf.where(isInside, loss, tf.fill(loss.shape, beyond)) as tf.Tensor4D, gradient };
  };

for (const engine of [reference, onnx]) {
  test(`${engine.name}: follows the textbook recursion, even with a full history`, async (t) => {
    const gradientAt = (x: readonly number[]) =>
      x.map((value, i) => (curvatures[i] * (value - minimum[i])) / size);
    const steps = 16;
    const [expected, shorter, longer] = [historyLength, historyLength - 1, historyLength + 1].map((memory) =>
      plainLbfgs(gradientAt, [...start.data], steps, memory),
    );
    const driven = await drive(engine, lbfgs, bowl(), start);
    await driven.advance(steps + 1);
    t.deepEqual(acceptedOf(driven), Array(steps + 1).fill(1));
    for (const [step, { image }] of driven.seen.entries()) {
      const difference = largestDifference(image, expected[step]);
      t.true(difference < 1e-4, `step ${step}: ${difference}`);
    }
    // The comparison is sensitive to the length of the history.
    for (const other of [shorter, longer]) t.true(largestDifference(expected[steps], other[steps]) > 3e-4);
  });

  test(`${engine.name}: descends to the bottom of a convex bowl`, async (t) => {
    const driven = await drive(engine, lbfgs, bowl(), start);
    await driven.advance(60);
    const { image, loss } = driven.seen[59];
    t.true(loss[0] < 1e-6 * driven.seen[0].loss[0], `${loss[0]}`);
    t.true(largestDifference(image, minimum) < 2e-3);
  });

  test(`${engine.name}: an item that joins later is bit-identical to one optimized alone`, async (t) => {
    const starts = [startAt(1), startAt(2)];
    const both = { data: new Float32Array(2 * size), shape: [2, ...shape.slice(1)] };
    both.data.set(starts[0]);
    both.data.set(startAt(3), size);
    const together = await drive(engine, lbfgs, bowl(), both);
    await together.advance(13);
    together.join(1, starts[1]);
    await together.advance(15);
    for (const row of [0, 1]) {
      const alone = await drive(engine, lbfgs, bowl(), { data: starts[row], shape });
      await alone.advance(15);
      for (const [step, { image, loss, accepted }] of alone.seen.entries()) {
        const seen = together.seen[row === 0 ? step : 13 + step];
        t.deepEqual(seen.image.slice(row * size, (row + 1) * size), image, `row ${row}, step ${step}`);
        t.is(seen.loss[row], loss[0]);
        t.is(seen.accepted[row], accepted[0]);
      }
    }
  });
}

test('the first step changes the pixels by 0.01 RMS at any scale of the loss', async (t) => {
  for (const scale of [1, 1e6, 1e-6, 1e-12]) {
    const driven = await drive(reference, lbfgs, bowl(scale), start);
    await driven.advance(2);
    const moved = rms(driven.seen[1].image, start.data);
    t.true(Math.abs(moved - 0.01) < 1e-5, `${moved} at scale ${scale}`);
  }
});

test('the learning rate scales the first step', async (t) => {
  const driven = await drive(reference, lbfgs, bowl(), start, 0.3);
  await driven.advance(2);
  t.true(Math.abs(rms(driven.seen[1].image, start.data) - 0.003) < 1e-5);
});

test('a step that raises the loss is rejected and retried at a quarter of its length', async (t) => {
  // The first step has a length of 0.01, the retries 0.0025 and 0.000625.
  const driven = await drive(reference, lbfgs, wall(0.001, bowl(), 50), start);
  await driven.advance(4);
  t.deepEqual(acceptedOf(driven), [1, 0, 0, 1]);
  const moved = driven.seen.map(({ image }) => rms(image, start.data));
  for (const [i, expected] of [0, 0.01, 0.0025, 0.000625].entries()) {
    t.true(Math.abs(moved[i] - expected) < 1e-6, `${moved[i]} instead of ${expected}`);
  }
});

test('a step to a loss of NaN or infinity is rejected', async (t) => {
  for (const beyond of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const driven = await drive(reference, lbfgs, wall(0.001, bowl(), beyond), start);
    await driven.advance(4);
    t.deepEqual(acceptedOf(driven), [1, 0, 0, 1]);
    t.true(driven.seen.every(({ image }) => image.every(Number.isFinite)));
  }
});

test('a rejected step does not affect the other items of the batch', async (t) => {
  const both = { data: new Float32Array(2 * size), shape: [2, ...shape.slice(1)] };
  both.data.set(start.data);
  both.data.set(startAt(2), size);
  // The wall applies only to the first item.
  const limited: Landscape = (image) => {
    const { loss, gradient } = bowl()(image);
    const rise = tf.tensor([1, 0], [2, 1, 1, 1]);
    const { loss: walled } = wall(0.001, bowl(), 50)(image);
    return { loss: tf.add(loss, tf.mul(rise, tf.sub(walled, loss))) as tf.Tensor4D, gradient };
  };
  const together = await drive(reference, lbfgs, limited, both);
  const alone = await drive(reference, lbfgs, bowl(), { data: startAt(2), shape });
  await together.advance(10);
  await alone.advance(10);
  t.true(together.seen.some(({ accepted }) => accepted[0] === 0));
  for (const [step, { image, accepted }] of alone.seen.entries()) {
    t.deepEqual(together.seen[step].image.slice(size), image, `step ${step}`);
    t.is(together.seen[step].accepted[1], accepted[0]);
  }
});

test('accepts the next point after six rejections, so that no item gets stuck', async (t) => {
  const driven = await drive(reference, lbfgs, wall(0, bowl(), 50), start);
  await driven.advance(9);
  t.deepEqual(acceptedOf(driven), [1, 0, 0, 0, 0, 0, 0, 1, 1]);
  t.is(driven.seen[7].loss[0], 50);
  t.true(staysFinite(driven));
});

test('clears the history after three rejections', async (t) => {
  const plain = await drive(reference, lbfgs, bowl(), start);
  await plain.advance(6);
  const radius = rms(plain.seen[4].image, start.data);
  const free = rms(plain.seen[5].image, plain.seen[4].image);
  t.true(rms(plain.seen[5].image, start.data) > radius);
  let evaluation = 0;
  // Raises the loss at evaluations 5 to 8, so that L-BFGS rejects four steps in a row.
  const refused: Landscape = (image) => {
    const { loss, gradient } = bowl()(image);
    const isRefused = evaluation >= 5 && evaluation <= 8;
    evaluation++;
    return { loss: isRefused ? tf.mul(loss, 1000) : loss, gradient };
  };
  const driven = await drive(reference, lbfgs, refused, start);
  await driven.advance(11);
  t.deepEqual(acceptedOf(driven), [1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1]);
  const accepted = driven.seen[9].image;
  t.true(Math.abs(rms(accepted, driven.seen[4].image) - free * 0.25 ** 4) < 1e-4 * free);
  // Only the newest pair is left, so the recursion with the last two points gives the next point.
  const gradientAt = (x: readonly number[]) =>
    x.map((value, i) => (curvatures[i] * (value - minimum[i])) / size);
  const pairOnly = plainNext([[...driven.seen[4].image], [...accepted]], gradientAt);
  t.true(largestDifference(driven.seen[10].image, pairOnly) < 1e-4);
});

const linear: Landscape = (image) => ({
  loss: tf.mean(image, axes, true) as tf.Tensor4D,
  gradient: tf.fill(image.shape, 1 / size) as tf.Tensor4D,
});

const dome: Landscape = (image) => {
  const distance = tf.sub(image, tf.tensor(minimum, shape));
  return {
    loss: tf.sub(100, tf.mean(tf.square(distance), axes, true)) as tf.Tensor4D,
    gradient: tf.mul(distance, -2 / size) as tf.Tensor4D,
  };
};

const plateau: Landscape = (image) => ({
  loss: tf.fill([1, 1, 1, 1], 3),
  gradient: tf.zerosLike(image),
});

test('follows the gradient while the curvature is zero or negative', async (t) => {
  for (const landscape of [linear, dome]) {
    const driven = await drive(reference, lbfgs, landscape, start);
    await driven.advance(15);
    t.deepEqual(acceptedOf(driven), Array(15).fill(1));
    t.true(staysFinite(driven));
    const losses = driven.seen.map(({ loss }) => loss[0]);
    for (let i = 1; i < 15; i++) {
      t.true(losses[i] < losses[i - 1]);
      t.true(Math.abs(rms(driven.seen[i].image, driven.seen[i - 1].image) - 0.01) < 1e-5);
    }
  }
});

test('keeps pixels in [0, 1], and the history holds the steps after projection', async (t) => {
  // The minima of half of the pixels are out of reach.
  const target = (i: number) => 0.5 + Math.sin(i * 1.7);
  const targets = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => target(i)),
    shape,
  );
  const far: Landscape = (image) => {
    const distance = tf.sub(image, tf.tensor(targets.dataSync(), shape));
    return {
      loss: tf.mean(tf.square(distance), axes, true) as tf.Tensor4D,
      gradient: tf.mul(distance, 2 / size) as tf.Tensor4D,
    };
  };
  const driven = await drive(reference, lbfgs, far, start);
  await driven.advance(40);
  for (const { image } of driven.seen) t.true(image.every((value) => value >= 0 && value <= 1));
  // With the raw steps in the history, the curvature would be wrong, and the projected minimum would not be reached.
  const reached = Float32Array.from({ length: size }, (_, i) => Math.min(1, Math.max(0, target(i))));
  t.true(largestDifference(driven.seen[39].image, reached) < 1e-3);
});

for (const refusals of [[14], [8, 11, 14]]) {
  test(`${refusals.length} rejected trials do not push pairs out of the history`, async (t) => {
    const gradientAt = (x: readonly number[]) =>
      x.map((value, i) => (curvatures[i] * (value - minimum[i])) / size);
    const steps = 16 + refusals.length;
    let evaluation = 0;
    const refused: Landscape = (image) => {
      const { loss, gradient } = bowl()(image);
      return { loss: refusals.includes(evaluation++) ? tf.mul(loss, 1000) : loss, gradient };
    };
    const driven = await drive(reference, lbfgs, refused, start);
    await driven.advance(steps);
    const accepted = driven.seen.filter(({ accepted }) => accepted[0] === 1).map(({ image }) => [...image]);
    t.is(accepted.length, 16);
    // The point after the last retry follows from a full history.
    const last = 16 - refusals.length;
    const [full, shorter] = [historyLength, historyLength - 1].map((memory) =>
      plainNext(accepted.slice(0, last), gradientAt, memory),
    );
    const difference = largestDifference(accepted[last], full);
    t.true(difference < 1e-5, `${difference}`);
    t.true(largestDifference(full, shorter) > 3 * difference);
  });
}

test('does not move without a gradient', async (t) => {
  const driven = await drive(reference, lbfgs, plateau, start);
  await driven.advance(5);
  for (const { image } of driven.seen) t.deepEqual(image, start.data);
});

test('squared gradients that underflow in float32 do not cause NaN', async (t) => {
  for (const engine of [reference, onnx]) {
    for (const scale of [1e-15, 1e-18, 1e-20, 1e-24, 1e-30]) {
      const driven = await drive(engine, lbfgs, bowl(scale), start);
      await driven.advance(8);
      t.true(staysFinite(driven), `${engine.name}, scale ${scale}`);
    }
  }
});

test('no step is longer than 0.1 RMS', async (t) => {
  // A wide bowl whose bottom is far away from the start.
  const wide: Landscape = (image) => {
    const distance = tf.sub(image, 1);
    return {
      loss: tf.mean(tf.square(distance), axes, true) as tf.Tensor4D,
      gradient: tf.mul(distance, 2 / size) as tf.Tensor4D,
    };
  };
  const driven = await drive(reference, lbfgs, wide, { data: new Float32Array(size), shape });
  await driven.advance(10);
  const moved = driven.seen.slice(1).map(({ image }, i) => rms(image, driven.seen[i].image));
  t.true(moved.every((length) => length < 0.1 + 1e-5));
  t.true(moved.slice(1).every((length) => length > 0.099));
});
