/** Weights of positions and places in regions, and guidance by masks. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { guidanceOf } from '../../../src/methods/optimize/styles/guidance.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { placesIn, positionWeights, type Regions } from '../../../src/stylize/regions/regions.js';
import { gramMatrix } from '../../../src/stylize/terms/style/gram.js';
import { randomTensor } from '../../engine/support.js';
import { mean, pattern, quickInput } from '../support.js';

const columns = (height: number, width: number, from: number, to: number): Uint32Array =>
  Uint32Array.from(
    Array.from({ length: height * width }, (_, i) => i).filter((i) => i % width >= from && i % width < to),
  );
const regions: Regions = {
  key: '',
  height: 8,
  width: 8,
  pixels: [columns(8, 8, 0, 3), columns(8, 8, 3, 8), Uint32Array.of(63)],
};

test('weights are the shares of pixels at each position, with a mean of 1', (t) => {
  const { data, shape } = positionWeights(regions, 4, 4);
  t.deepEqual([...shape], [1, 16, 3]);
  const of = (region: number) => [...data].filter((_, i) => i % 3 === region);
  for (const region of [0, 1, 2]) t.true(Math.abs(mean(of(region)) - 1) < 1e-6);
  // Three of eight columns: one whole position and half of the next.
  const first = of(0).slice(0, 4);
  t.true(Math.abs(first[1] / first[0] - 0.5) < 1e-6);
  t.deepEqual(first.slice(2), [0, 0]);
  // One pixel is found in the coarsest layer.
  t.deepEqual([...positionWeights(regions, 1, 1).data], [1, 1, 1]);
});

test('places are in their region and spread over it', (t) => {
  for (const shift of [0, 0.3, 0.999]) {
    const places = placesIn(regions, 1, 400, shift);
    const cells = new Map<number, number>();
    for (let i = 0; i < 400; i++) {
      const [row, column] = [Math.floor(places[2 * i] * 8), Math.floor(places[2 * i + 1] * 8)];
      t.true(column >= 3);
      cells.set(row * 8 + column, (cells.get(row * 8 + column) ?? 0) + 1);
    }
    t.is(cells.size, 40);
    t.true(
      [...cells.values()].every((count) => count >= 7 && count <= 13),
      `${[...cells.values()]}`,
    );
  }
});

test('the guided Gram matrix is that of the region cut out', (t) => {
  const { data, shape } = randomTensor([1, 8, 8, 5], 3, 'positive');
  const layer = tf.tensor4d(data, shape as [number, number, number, number]);
  const weights = positionWeights(regions, 8, 8);
  const own = tf.slice(
    tf.tensor3d(weights.data, weights.shape as [number, number, number]),
    [0, 0, 0],
    [1, 64, 1],
  );
  const cut = tf.slice(layer, [0, 0, 0, 0], [1, 8, 3, 5]);
  const difference = tf
    .max(tf.abs(tf.sub(gramMatrix(layer, { weights: own }), gramMatrix(cut))))
    .dataSync()[0];
  t.true(difference < 1e-6, `${difference}`);
});

const maskOf = (height: number, width: number, numberAt: (column: number) => number) => ({
  data: Array.from({ length: height * width }, (_, i) => numberAt(i % width)),
  shape: [height, width] as const,
});

test('each half takes the colors of the same region of the style, not of the style as a whole', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  t.teardown(() => stylizer.dispose());
  const flat = (colorAt: (column: number) => readonly number[]) => ({
    data: Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => colorAt(Math.floor(i / 3) % 32)[i % 3]),
    shape: [32, 32, 3],
  });
  const [red, blue] = [
    [0.8, 0.2, 0.2],
    [0.2, 0.2, 0.8],
  ];
  // Red is on the left, but its region is on the right of the content.
  const style = { image: flat((x) => (x < 16 ? red : blue)), mask: maskOf(32, 32, (x) => (x < 16 ? 7 : 0)) };
  const content = { image: pattern(1), mask: maskOf(32, 32, (x) => (x < 16 ? 0 : 7)) };
  const recipe = quickInput({
    init: 'noise',
    steps: 60,
    content: { weight: 0 },
    style: { layers: ['relu1_1'], loss: 'moments' },
  });
  const { image, loss, regions: found } = await stylizer.stylize(content, style, recipe);
  t.deepEqual(found, [
    { color: '#000000', share: 0.5 },
    { color: '#070707', share: 0.5 },
  ]);
  t.deepEqual(Object.keys(loss.final.terms).slice(1, 3), ['style.moments#1', 'style.moments#2']);
  const redness = (from: number, to: number) =>
    mean(
      Array.from({ length: 32 * 32 }, (_, p) => p)
        .filter((p) => p % 32 >= from && p % 32 < to)
        .map((p) => image.data[3 * p] - image.data[3 * p + 2]),
    );
  t.true(redness(2, 14) < -0.3, `${redness(2, 14)}`);
  t.true(redness(18, 30) > 0.3, `${redness(18, 30)}`);
});

test('the mask of a content image is padded like the image', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  t.teardown(() => stylizer.dispose());
  const content = { image: pattern(1, 37, 45), mask: maskOf(37, 45, (x) => (x < 9 ? 0 : 5)) };
  const style = { image: pattern(3), mask: maskOf(32, 32, (x) => (x < 16 ? 0 : 5)) };
  const { image, regions: found } = await stylizer.stylize(content, style, quickInput({ steps: 1 }));
  t.deepEqual([...image.shape], [1, 37, 45, 3]);
  t.true(found !== undefined && Math.abs(found[0].share - 0.2) < 0.05);
});

test('colors that a style does not have take all of it, and no common color is an error', (t) => {
  const source = (key: string, numbers?: (column: number) => number) => {
    const tensor = { data: new Float32Array(4 * 4 * 3), shape: [1, 4, 4, 3] };
    if (!numbers) return { key, tensor };
    const { data } = maskOf(4, 4, numbers);
    const present = [...new Set(data)].sort();
    const mask = {
      key,
      height: 4,
      width: 4,
      colors: present.map((number) => `#00000${number}`),
      indexes: Uint8Array.from(data, (number) => present.indexOf(number)),
    };
    return { key, tensor, mask };
  };
  const content = source('c', (x) => (x < 1 ? 1 : 2));
  t.is(guidanceOf(source('c'), { style: source('s', () => 1) }), undefined);
  t.is(guidanceOf(content, { style: source('s') }), undefined);
  const guidance = guidanceOf(content, { style: source('s', (x) => (x < 2 ? 1 : 3)), style2: source('o') });
  t.deepEqual(guidance?.shares, [0.25, 0.75]);
  const counts = (role: 'content' | 'style' | 'style2') =>
    guidance?.regions[role]?.pixels.map(({ length }) => length);
  t.deepEqual(counts('content'), [4, 12]);
  t.deepEqual(counts('style'), [8, 16]);
  t.deepEqual(counts('style2'), [16, 16]);
  t.throws(() => guidanceOf(content, { style: source('s', () => 4) }), {
    message: /no color in common: #000001, #000002 and #000004/,
  });
});

test('blend by region keeps the content where its share is 0', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  t.teardown(() => stylizer.dispose());
  const content = { image: pattern(1), mask: maskOf(32, 32, (x) => (x < 16 ? 0 : 9)) };
  const recipe = quickInput({ steps: 3, blend: { '#090909': 0 } });
  const { image } = await stylizer.stylize(content, pattern(3), recipe);
  const whole = await stylizer.stylize(content, pattern(3), { ...recipe, blend: 1 });
  const at = (x: number) => (_: unknown, i: number) => Math.floor(i / 3) % 32 < 16 === (x === 0);
  t.deepEqual(image.data.filter(at(0)), whole.image.data.filter(at(0)));
  t.deepEqual(image.data.filter(at(1)), content.image.data.filter(at(1)));
  await t.throwsAsync(stylizer.stylize(pattern(1), pattern(3), recipe), { message: /has no mask/ });
});

test('a mask array must fit its image', async (t) => {
  const stylizer = await createStylizer({ threads: 1 });
  t.teardown(() => stylizer.dispose());
  const wrong = (mask: { data: number[]; shape: readonly [number, number] }) =>
    stylizer.stylize({ image: pattern(1), mask }, pattern(3), quickInput());
  await t.throwsAsync(wrong(maskOf(32, 31, () => 0)), {
    message: /The mask of the content has shape \[32,31\]/,
  });
  await t.throwsAsync(wrong(maskOf(32, 32, () => 0.5)), { message: /the value 0\.5 at index 0/ });
});
