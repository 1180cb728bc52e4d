import test from 'ava';
import type { StylizedItem } from '../../../src/plan/item.js';
import { spread } from '../../../src/run/first-job/preview.js';

const item = (label: string | null, strength: number) =>
  ({ label, recipe: { style: { strength } } }) as StylizedItem;

const shownOf = (items: readonly StylizedItem[], count: number) =>
  spread(items, count).map(({ label, recipe }) => [label, 'style' in recipe && recipe.style.strength]);

test('a preview shows weak and strong styles, of as many classes as possible', (t) => {
  const items = [9, 4, 30, 3, 12, 5, 20, 7].map((strength, i) => item(i % 2 === 0 ? 'cat' : 'dog', strength));
  t.deepEqual(shownOf(items, 4), [
    ['dog', 3],
    ['dog', 5],
    ['cat', 12],
    ['cat', 30],
  ]);
  // Of many classes, in turn: the weakest, the strongest, and two between.
  const many = Array.from({ length: 20 }, (_, i) => item('abcde'[i % 5], i));
  t.deepEqual(shownOf(many, 4), [
    ['a', 0],
    ['b', 6],
    ['d', 13],
    ['e', 19],
  ]);
});

test('a preview of few images, or of images without classes', (t) => {
  const items = [3, 1, 2].map((strength) => item(null, strength));
  t.deepEqual(shownOf(items, 4), [
    [null, 1],
    [null, 2],
    [null, 3],
  ]);
  t.deepEqual(shownOf(items, 1), [[null, 1]]);
  t.deepEqual(spread([], 4), []);
});
