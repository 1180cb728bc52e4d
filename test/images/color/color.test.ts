/** Color statistics, matching, and luminance. @module */
import test from 'ava';
import type { HostTensor } from '../../../src/engine/index.js';
import { grayOf, matchLuminance, withLuminance } from '../../../src/images/color/luminance.js';
import { matchColors, paletteOf } from '../../../src/images/color/match.js';
import { eigen, functionOf, type Matrix, product } from '../../../src/images/color/symmetric.js';
import { mean, pattern } from '../../stylize/support.js';

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

const matrices: Matrix[] = [
  [2, 0, 0, 0, 3, 0, 0, 0, 1],
  [2, -1, 0.5, -1, 3, 0.2, 0.5, 0.2, 1],
  [1, 1, 1, 1, 1, 1, 1, 1, 1],
  [0.02, 0.019, 0.018, 0.019, 0.02, 0.0185, 0.018, 0.0185, 0.02],
];

test('eigenvectors are orthonormal, and the square root squared is the matrix', (t) => {
  for (const matrix of matrices) {
    const { values, vectors } = eigen(matrix);
    const [a, b, c] = [0, 1, 2].map((k) => [vectors[k], vectors[3 + k], vectors[6 + k]]);
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    t.true(difference([dot(a, a), dot(b, b), dot(a, b), dot(b, c)], [1, 1, 0, 0]) < 1e-12);
    t.true(Math.abs(values.reduce((x, y) => x + y) - matrix[0] - matrix[4] - matrix[8]) < 1e-12);
    const root = functionOf(matrix, (value) => Math.sqrt(Math.max(0, value)));
    t.true(difference(product(root, root), matrix) < 1e-12);
  }
});

/** Colors in a narrow range, so that nothing is clamped. */
const calm = (seed: number, tint: readonly number[]): HostTensor => {
  const { data, shape } = pattern(seed);
  return {
    data: data.map((value, i) => 0.5 + 0.2 * (value - 0.5) * tint[i % 3] + 0.05 * tint[(i + 1) % 3]),
    shape,
  };
};

test('a matched image has the mean and the covariance of the other', (t) => {
  const [image, other] = [calm(1, [1, 0.5, 0.8]), calm(2, [0.4, 1, -0.7])];
  const target = paletteOf(other);
  const matched = paletteOf(matchColors(image, target));
  t.true(difference(matched.mean, target.mean) < 1e-5);
  t.true(difference(matched.covariance, target.covariance) < 0.02 * Math.max(...target.covariance));
  t.true(difference(matchColors(image, paletteOf(image)).data, image.data) < 1e-5);
});

test('flat images can be matched, and colors stay in [0, 1]', (t) => {
  const flat = (value: number): HostTensor => ({
    data: new Float32Array(48).fill(value),
    shape: [1, 4, 4, 3],
  });
  for (const [image, other] of [
    [flat(0), pattern(1)],
    [pattern(1), flat(1)],
    [flat(0.3), flat(0.7)],
    [pattern(1), pattern(2)],
  ]) {
    const { data } = matchColors(image, paletteOf(other));
    t.true(data.every((value) => value >= 0 && value <= 1));
    const gray = matchLuminance(grayOf(image), grayOf(other));
    t.true(gray.data.every((value) => value >= 0 && value <= 1));
  }
  t.true(difference(matchColors(flat(0.3), paletteOf(flat(0.7))).data, flat(0.7).data) < 1e-6);
});

test('the luminance of one image comes with the chroma of the other', (t) => {
  const [chroma, other] = [calm(1, [1, 0.5, 0.8]), calm(2, [0.4, 1, -0.7])];
  const mixed = withLuminance(chroma, other);
  t.true(difference(grayOf(mixed).data, grayOf(other).data) < 1e-6);
  // I and Q of YIQ.
  const planes = [
    [0.5959, -0.2746, -0.3213],
    [0.2115, -0.5227, 0.3112],
  ];
  for (const plane of planes) {
    const of = ({ data }: HostTensor) =>
      Array.from({ length: data.length / 3 }, (_, p) =>
        plane.reduce((sum, share, c) => sum + share * data[3 * p + c], 0),
      );
    t.true(difference(of(mixed), of(chroma)) < 1e-5);
  }
});

test('matched luminance has the mean and the deviation of the other', (t) => {
  const [gray, like] = [grayOf(calm(1, [1, 0.5, 0.8])), grayOf(calm(2, [0.4, 1, -0.7]))];
  const matched = matchLuminance(gray, like);
  const deviation = ({ data }: HostTensor) => Math.sqrt(mean(data.map((value) => (value - mean(data)) ** 2)));
  t.true(Math.abs(mean(matched.data) - mean(like.data)) < 1e-5);
  t.true(Math.abs(deviation(matched) - deviation(like)) < 1e-5);
});
