import test from 'ava';
import {
  histogramOf,
  medianOf,
  NameCounts,
  quantileOf,
  shortNumber,
} from '../../../src/report/page/survey/distributions.js';

const counts = (values: number[]) => histogramOf(values).bars.map(({ count }) => count);

test('a histogram counts every number once', (t) => {
  const histogram = histogramOf([20, 10, 11, 19.99]);
  t.deepEqual(counts([20, 10, 11, 19.99]), [2, 0, 0, 2]);
  t.deepEqual(histogram.bars[0], { from: 10, to: 12.5, count: 2 });
  t.like(histogram, { minimum: 10, median: 15.495, maximum: 20, isLogarithmic: false });
});

test('more numbers have more bars, up to 20', (t) => {
  const barsOf = (length: number) => counts(Array.from({ length }, (_, i) => 100 + i / length));
  t.is(barsOf(100).length, 10);
  t.deepEqual(barsOf(20_000), new Array(20).fill(1000));
});

test('wide ranges are logarithmic; equal numbers are one bar', (t) => {
  const histogram = histogramOf([1, 10, 100]);
  t.true(histogram.isLogarithmic);
  t.deepEqual(
    histogram.bars.flatMap(({ count }, index) => (count > 0 ? [index] : [])),
    [0, 1, 2],
  );
  t.is(counts([3, 3, 3])[0], 3);
  t.false(histogramOf([0, 100]).isLogarithmic, 'zero has no logarithm');
});

test('medians and short numbers', (t) => {
  t.is(medianOf([1, 2, 9]), 2);
  t.is(medianOf([1, 3]), 2);
  t.is(quantileOf([1, 2, 3, 4, 5], 0.25), 2);
  t.is(quantileOf([0, 10], 0.75), 7.5);
  t.is(quantileOf([], 0.5), Number.NaN);
  t.is(shortNumber(12.3456), '12.3');
  t.is(shortNumber(Number.NaN), '–');
});

test('names beyond the limit are counted together', (t) => {
  const names = new NameCounts(2);
  for (const name of ['b', 'a', 'a', 'c', 'b', 'd', 'a']) names.add(name);
  t.deepEqual(names.bars(), [
    { name: 'a', count: 3 },
    { name: 'b', count: 2 },
  ]);
  t.is(names.others, 2);
});
