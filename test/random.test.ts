import test from 'ava';
import {
  deriveKey,
  drawNumber,
  type Key,
  keyOfDigest,
  keyOfSeed,
  normals,
  pairHash,
  random32,
  threefry2x32,
  uniform,
} from '../src/random.js';

const hex = (key: Key) => key.map((word) => word.toString(16).padStart(8, '0')).join(' ');

test('Threefry-2x32-20 matches the known answers of Random123', (t) => {
  t.is(hex(threefry2x32([0, 0], 0, 0)), '6b200159 99ba4efe');
  t.is(hex(threefry2x32([0xffffffff, 0xffffffff], 0xffffffff, 0xffffffff)), '1cb996fc bb002be7');
  t.is(hex(threefry2x32([0x13198a2e, 0x03707344], 0x243f6a88, 0x85a308d3)), 'c4923a9c 483df7a0');
});

test('derives keys from seeds and digests', (t) => {
  t.deepEqual(keyOfSeed(42), [42, 0]);
  t.deepEqual(keyOfSeed(2 ** 40 + 5), [5, 256]);
  t.deepEqual(keyOfSeed(-1), [0xffffffff, 0xffffffff]);
  t.deepEqual(keyOfDigest(`00000001fffffffe${'0'.repeat(48)}`), [1, 0xfffffffe]);
  t.notDeepEqual(deriveKey([1, 2], [3, 4]), deriveKey([3, 4], [1, 2]));
});

test('draws are pinned: changing them changes every dataset', (t) => {
  const key = deriveKey(deriveKey(keyOfSeed(42), keyOfDigest('ab'.repeat(32))), keyOfDigest('cd'.repeat(32)));
  t.is(drawNumber('seed'), 1346747564);
  t.is(random32(key, drawNumber('seed'), 0), 3797800719);
  t.is(uniform(key, drawNumber('style.strength'), 3), 0.4789862280558226);
  t.is(pairHash(1, 2, 3, 4), 2588184917);
  t.deepEqual(
    [...normals(keyOfSeed(7), drawNumber('noise'), 3)].map((z) => z.toFixed(5)),
    ['0.50458', '-0.43123', '1.55986'],
  );
});

const count = 40_000;

/** Chi-square of draws in [0, 1) in 100 bins. With 99 degrees of freedom, 160 has a probability of 1e-4. */
function chiSquare(draws: readonly number[]): number {
  const bins = new Array<number>(100).fill(0);
  for (const draw of draws) bins[Math.floor(draw * 100)] += 1;
  const expected = draws.length / 100;
  return bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((v, i) => (v - ma) * (b[i] - mb)));
  const deviation = (values: readonly number[], m: number) =>
    Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
  return covariance / (deviation(a, ma) * deviation(b, mb));
}

// Each sequence increments a single input, which is the hardest case for a hash.
const sequences: Record<string, (i: number) => number> = {
  replica: (i) => uniform([1, 2], drawNumber('steps'), i),
  draw: (i) => uniform([1, 2], i, 0),
  'first key word': (i) => uniform([i, 2], drawNumber('steps'), 0),
  'second key word': (i) => uniform([1, i], drawNumber('steps'), 0),
  seed: (i) => uniform(deriveKey(keyOfSeed(i), [5, 6]), drawNumber('steps'), 0),
  'other name': (i) => uniform([1, 2], drawNumber('size'), i),
  'pair, first word': (i) => pairHash(i, 7, 8, 9) / 2 ** 32,
  'pair, second word': (i) => pairHash(7, i, 8, 9) / 2 ** 32,
  'pair, style': (i) => pairHash(7, 8, 9, i) / 2 ** 32,
};

for (const [name, at] of Object.entries(sequences)) {
  test(`consecutive draws are uniform and independent: ${name}`, (t) => {
    const draws = Array.from({ length: count }, (_, i) => at(i));
    const chi = chiSquare(draws);
    t.true(chi < 160 && chi > 55, `chi-square ${chi}`);
    const lagged = correlation(draws.slice(1), draws.slice(0, -1));
    t.true(Math.abs(lagged) < 0.02, `correlation ${lagged}`);
  });
}

test('draws with different names are independent', (t) => {
  const values = Object.values(sequences).map((at) => Array.from({ length: count }, (_, i) => at(i)));
  for (let a = 0; a < values.length; a++) {
    for (let b = 0; b < a; b++) t.true(Math.abs(correlation(values[a], values[b])) < 0.025, `${a} and ${b}`);
  }
});

test('normal draws have the moments of the standard normal distribution', (t) => {
  const drawn = normals(keyOfSeed(5), drawNumber('noise'), 400_000);
  const moment = (power: number) => drawn.reduce((sum, z) => sum + z ** power, 0) / drawn.length;
  // Four standard errors of each moment: sqrt(variance of z^power / count).
  t.true(Math.abs(moment(1)) < 4 * Math.sqrt(1 / drawn.length));
  t.true(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / drawn.length));
  t.true(Math.abs(moment(3)) < 4 * Math.sqrt(15 / drawn.length));
  t.true(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / drawn.length));
  const within = drawn.filter((z) => Math.abs(z) < 1).length / drawn.length;
  t.true(Math.abs(within - 0.682689) < 0.003, `${within} within one standard deviation`);
});

test('normal draws are independent within their pairs and do not depend on the number of draws', (t) => {
  const drawn = normals(keyOfSeed(6), drawNumber('noise'), count);
  t.deepEqual(normals(keyOfSeed(6), drawNumber('noise'), 1001), drawn.slice(0, 1001));
  t.is(normals(keyOfSeed(6), 0, 0).length, 0);
  for (const lag of [1, 2]) {
    const lagged = correlation([...drawn.slice(lag)], [...drawn.slice(0, -lag)]);
    t.true(Math.abs(lagged) < 0.02, `correlation ${lagged} at ${lag}`);
  }
  const [cosines, sines] = [0, 1].map((odd) => [...drawn].filter((_, i) => i % 2 === odd).map((z) => z ** 2));
  t.true(Math.abs(correlation(cosines, sines)) < 0.03, 'the radius that a pair shares shows in nothing');
  t.notDeepEqual(normals(keyOfSeed(7), drawNumber('noise'), 10), drawn.slice(0, 10));
  t.notDeepEqual(normals(keyOfSeed(6), drawNumber('other'), 10), drawn.slice(0, 10));
});
