import test from 'ava';
import { divergence, hasDiverged, isCurvePoint, type LossPoint } from '../../src/stylize/curve.js';

const pointsOf = (steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, step) => step).filter((step) => isCurvePoint(step, steps));

test('a curve has about twenty evenly spaced points, including the first and the last', (t) => {
  for (const steps of [1, 2, 19, 20, 21, 30, 59, 150, 999, 10_000]) {
    const points = pointsOf(steps);
    t.is(points[0], 0);
    t.is(points[points.length - 1], steps);
    t.is(points.length, Math.min(steps, 20) + 1, `${steps} steps`);
    const gaps = points.slice(1).map((point, i) => point - points[i]);
    t.true(Math.max(...gaps) - Math.min(...gaps) <= 1);
  }
});

const point = (total: number): LossPoint => ({
  step: 1,
  total,
  terms: { 'content.features': total, 'style.gram': 0 },
});

test('a loss has diverged if it is NaN, infinite or far above its initial value', (t) => {
  for (const total of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    t.true(hasDiverged(point(total), point(1), 1));
  }
  t.true(hasDiverged(point(Number.NaN), point(Number.NaN), 1));
  t.true(hasDiverged(point(51), point(5), 2));
  t.false(hasDiverged(point(49), point(5), 2));
  // A loss that starts near zero may rise to the sum of the weights, where every term is as large as its target.
  t.false(hasDiverged(point(0.5), point(0), 1));
  t.true(hasDiverged(point(1.1), point(0), 1));
});

test('the error of a divergence names the term that rose most', (t) => {
  const losses = (content: number, gram: number): LossPoint => ({
    step: 3,
    total: content + gram,
    terms: { 'content.features': content, 'style.gram': gram },
  });
  const messageOf = (content: number, gram: number) =>
    divergence(losses(content, gram), losses(5, 1)).message;
  t.regex(messageOf(70, 60), /from 6\.000 to 130\.0 at step 3.* content\.features rose most/);
  t.regex(messageOf(60, 70), /style\.gram rose most/);
  t.regex(messageOf(Number.NaN, 70), /content\.features rose most/);
  t.regex(messageOf(70, Number.NaN), /style\.gram rose most/);
  t.regex(messageOf(Number.NaN, Number.NaN), /to NaN at step 3, even with a lower learning rate\.$/);
  t.regex(
    divergence(losses(1, 60), undefined).message,
    /^The loss went to 61\.00 at step 3.* style\.gram rose most\.$/,
  );
});
