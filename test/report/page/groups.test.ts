import test from 'ava';
import { groupsByRange, groupsByValue, quartilesOf } from '../../../src/report/page/survey/groups.js';

const measure = (...values: number[]) => ({ name: 'content loss', values });

test('quartiles leave out what was not measured', (t) => {
  t.deepEqual(quartilesOf([5, Number.NaN, 1, 3, 2, 4]), { low: 2, median: 3, high: 4 });
  t.is(quartilesOf([Number.NaN]), undefined);
});

test('names are groups, the most frequent first; images without the parameter are in none', (t) => {
  const values = ['adam', 'lbfgs', undefined, 'adam', 'adam', 'lbfgs', 'sgd'];
  const measures = [measure(1, 10, 99, 2, 3, 20, Number.NaN), measure(...values.map(() => Number.NaN))];
  t.deepEqual(groupsByValue(values, measures), [
    { value: 'adam', count: 3, measured: [{ low: 1.5, median: 2, high: 2.5 }, undefined] },
    { value: 'lbfgs', count: 2, measured: [{ low: 12.5, median: 15, high: 17.5 }, undefined] },
    { value: 'sgd', count: 1, measured: [undefined, undefined] },
  ]);
});

test('a number with few values has a group for each, from low to high', (t) => {
  const groups = groupsByValue([30, 3, 10, 3], [measure(9, 1, 5, 2)]);
  t.deepEqual(
    groups.map(({ value, count, measured }) => [value, count, measured[0]?.median]),
    [
      ['3', 2, 1.5],
      ['10', 1, 5],
      ['30', 1, 9],
    ],
  );
});

test('a number with many values has eight groups of equal size, from low to high', (t) => {
  const numbers = Array.from({ length: 24 }, (_, index) => 24 - index);
  const groups = groupsByRange(
    [...numbers, undefined, null],
    [measure(...numbers.map((number) => number * 10), 1, 1)],
  );
  t.is(groups.length, 8);
  t.deepEqual(groups[0], { value: [1, 3], count: 3, measured: [{ low: 15, median: 20, high: 25 }] });
  t.like(groups[7], { value: [22, 24] });
  t.deepEqual(groupsByRange(numbers.slice(0, 15), []), [], 'too few');
});
