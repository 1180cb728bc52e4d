/** The pool of images that a distillation learns from. @module */
import test from 'ava';
import { Pool } from '../../scripts/distill/images/pool.js';
import { cuts, randomCut } from '../../scripts/distill/images/sources.js';
import { levels } from '../../scripts/distill/objective.js';
import type { HostTensor, Named } from '../../src/engine/index.js';
import { keyOfSeed, uniform } from '../../src/random.js';

const image = (seed: number) => ({
  data: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => Math.floor(256 * uniform(keyOfSeed(seed), 0, i))),
  widthPx: 40,
  heightPx: 30,
});
const options = { photographs: [image(1)], styles: [image(2)], sizePx: 8, batch: 2, size: 6, seed: 3 };

test('gives the same batches for the same seed', (t) => {
  const [a, b] = [new Pool(options), new Pool(options)];
  for (let step = 0; step < 3; step++) t.deepEqual(a.take(), b.take());
  t.notDeepEqual(new Pool({ ...options, seed: 4 }).take(), new Pool(options).take());
});

test('takes every image in turn and gives back what was put back', (t) => {
  const pool = new Pool({ ...options, size: 6 });
  const length = 3 * 8 * 8;
  const row = (tensor: HostTensor, i: number) => tensor.data.slice(i * length, (i + 1) * length);
  const batches = Array.from({ length: 3 }, () => pool.take());
  const marked = (value: number): Named<HostTensor> => ({
    image: { data: new Float32Array(2 * length).fill(value), shape: [2, length] },
    velocity: { data: new Float32Array(2 * length).fill(-value), shape: [2, length] },
    startSquares: { data: new Float32Array(2 * levels).fill(7), shape: [2, levels] },
  });
  for (let step = 0; step < 3; step++) pool.putBack(marked(step / 10));
  let continued = 0;
  for (let step = 0; step < 3; step++) {
    const again = pool.take();
    for (let i = 0; i < 2; i++) {
      const isContinued = row(again.image, i).every((value) => value === Math.fround(step / 10));
      if (!isContinued || again.startSquares.data[i * levels] !== 7) continue;
      continued++;
      t.deepEqual(row(again.content, i), row(batches[step].content, i));
    }
  }
  // Only images at the end of their optimization were replaced.
  t.true(continued >= 4, `${continued}`);
});

test('cuts stay within [0, 1] and differ', (t) => {
  const { data, shape } = cuts([image(1), image(2)], { count: 3, sizePx: 12, seed: 1 });
  t.deepEqual(shape, [3, 12, 12, 3]);
  t.true(data.every((value) => value >= 0 && value <= 1));
  t.notDeepEqual(data.slice(0, 432), data.slice(432, 864));
});

test('a cut of a flat image is flat', (t) => {
  const flat = { data: new Uint8Array(40 * 30 * 3).fill(51), widthPx: 40, heightPx: 30 };
  let draws = 0;
  const cut = randomCut(flat, 10, () => uniform(keyOfSeed(1), 1, draws++));
  t.true(cut.every((value) => Math.abs(value - 0.2) < 1e-6));
});

test('refuses pools of less than three batches, or without images', (t) => {
  t.throws(() => new Pool({ ...options, size: 5 }), { code: 'option-invalid', message: /5 images/ });
  t.throws(() => new Pool({ ...options, styles: [] }), { code: 'option-invalid', message: /0 styles/ });
});
