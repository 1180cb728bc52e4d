/** The painting tools. @module */
import test from 'ava';
import { canvasBytes, createCanvas, shrinkCanvas } from '../../datasets/painting/painting/canvas.js';
import { color, fromOklab, gradientColor, toOklab } from '../../datasets/painting/painting/color.js';
import { indexNeighbors } from '../../datasets/painting/painting/neighbors.js';
import { createRandom, shuffledIndices } from '../../datasets/painting/painting/random.js';

test('a stream of draws depends only on its seed', (t) => {
  const draws = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 2000 }, () => random.next());
  };
  t.deepEqual(draws(1), draws(1));
  t.notDeepEqual(draws(1), draws(2));
  const mean = draws(1).reduce((sum, value) => sum + value, 0) / 2000;
  t.true(Math.abs(mean - 0.5) < 0.02, `${mean}`);
});

test('a shuffle contains every index once', (t) => {
  const order = shuffledIndices(100, createRandom(3));
  t.notDeepEqual(
    [...order],
    [...order].sort((a, b) => a - b),
  );
  t.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test('colors survive a round trip through OKLab, and white has lightness 1', (t) => {
  for (const hex of ['#ffffff', '#000000', '#c4122f', '#1b3fb5', '#ffdc5c']) {
    const there = color(hex);
    for (const [channel, value] of fromOklab(toOklab(there)).entries())
      t.true(Math.abs(value - (there[channel] as number)) < 1e-5, `${hex} ${channel}: ${value}`);
  }
  t.true(Math.abs(toOklab([1, 1, 1])[0] - 1) < 1e-6);
});

test('a gradient runs from its first stop to its last', (t) => {
  const stops = [color('#000000'), color('#808080'), color('#ffffff')];
  const levels = [0, 0.5, 1].map((place) => Math.round(255 * gradientColor(stops, place)[0]));
  t.deepEqual(levels, [0, 128, 255]);
});

test('shrinking averages each block', (t) => {
  const canvas = createCanvas(4, 2, [0, 0, 0]);
  canvas.pixels.set([1, 0.5, 0], 0);
  const small = shrinkCanvas(canvas, 2);
  t.deepEqual([small.widthPx, small.heightPx], [2, 1]);
  t.deepEqual([...canvasBytes(small)], [64, 32, 0, 0, 0, 0]);
});

test('the neighbor index finds every point within its reach', (t) => {
  const random = createRandom(8);
  const places = Array.from({ length: 300 }, () => ({
    x: random.between(-50, 50),
    y: random.between(-50, 50),
  }));
  const near = indexNeighbors(places, 9);
  for (let probe = 0; probe < 200; probe++) {
    const x = random.between(-50, 50);
    const y = random.between(-50, 50);
    const found = new Set(near(x, y));
    const missed = places.filter(
      (place, index) => Math.hypot(place.x - x, place.y - y) <= 9 && !found.has(index),
    );
    t.deepEqual(missed, []);
  }
});
