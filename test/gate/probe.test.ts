/** The probe that judges labels. @module */
import test from 'ava';
import { type Example, foldCount, probabilities, trainProbe } from '../../src/gate/probe.js';
import { fitRidge, scoresOf, softmax } from '../../src/gate/ridge.js';
import { drawNumber, keyOfSeed, normals } from '../../src/random.js';

const gaussian = (seed: number, count: number) =>
  Float64Array.from(normals(keyOfSeed(seed), drawNumber('test'), count));

/** Examples around a center for each class. */
function examplesOf(perClass: number, distance: number, classes = ['a', 'b', 'c']): Example[] {
  return classes.flatMap((label, c) =>
    Array.from({ length: perClass }, (_, i) => {
      const features = gaussian(100 * c + i, 10);
      features[c] += distance;
      return { features, label, fold: i % foldCount };
    }),
  );
}

test('ridge weights minimize the penalized squares', (t) => {
  const [features, labels] = [
    Array.from({ length: 12 }, (_, i) => gaussian(i, 4)),
    Array.from({ length: 12 }, (_, i) => i % 3),
  ];
  const linear = fitRidge(features, labels, 3, 0.5);
  // Classes are of equal size, so the penalty is 0.5 times 4 features. The bias is penalized, too.
  const loss = (weights: readonly Float64Array[], bias: readonly number[]) =>
    weights.reduce((sum, weight, c) => {
      const errors = features.map((row, i) => {
        const score = row.reduce((total, value, k) => total + value * weight[k], bias[c]);
        return score - ((labels[i] === c ? 1 : 0) - 1 / 3);
      });
      const squares = (values: Iterable<number>) =>
        [...values].reduce((total, value) => total + value ** 2, 0);
      return sum + squares(errors) + 2 * (squares(weight) + bias[c] ** 2);
    }, 0);
  const least = loss(linear.weights, linear.bias);
  for (let c = 0; c < 3; c++) {
    for (let k = 0; k < 4; k++) {
      for (const step of [-1e-3, 1e-3]) {
        const moved = linear.weights.map((weight) => Float64Array.from(weight));
        moved[c][k] += step;
        t.true(loss(moved, linear.bias) > least);
      }
    }
  }
  t.is(scoresOf(linear, features[0]).length, 3);
  t.true(Math.abs(softmax([1, 2, 3], 2).reduce((a, b) => a + b) - 1) < 1e-12);
});

test('its accuracy is that on examples that it has not seen', (t) => {
  const clear = trainProbe(examplesOf(20, 6));
  t.true(clear.accuracy > 0.95, `${clear.accuracy}`);
  const chance = trainProbe(examplesOf(20, 0));
  t.true(chance.accuracy < 0.6, `${chance.accuracy}`);
  t.deepEqual(clear, trainProbe(examplesOf(20, 6)));
  const found = probabilities(clear, examplesOf(1, 6)[1].features, 0);
  t.true(found.b > 0.5 && Math.abs(found.a + found.b + found.c - 1) < 1e-9);
});

test('too few examples are refused', (t) => {
  t.throws(() => trainProbe(examplesOf(1, 6)), { code: 'gate-weak' });
  t.throws(() => trainProbe(examplesOf(20, 6, ['a'])), { code: 'gate-weak' });
});
