import test from 'ava';
import type { StylizedItem } from '../../../src/plan/item.js';
import { spread } from '../../../src/run/first-job/preview.js';

const item = (label: string, strength: number) =>
  ({ label, recipe: { style: { strength } } }) as StylizedItem;

test('a preview shows weak and strong styles, of as many classes as possible', (t) => {
  const items = [9, 4, 30, 3, 12, 5, 20, 7].map((strength, i) => item(i % 2 === 0 ? 'cat' : 'dog', strength));
  const found = spread(items, 4).map(({ label, recipe }) => [
    label,
    'style' in recipe && recipe.style.strength,
  ]);
  t.deepEqual(found, [
    ['dog', 3],
    ['dog', 7],
    ['cat', 9],
    ['cat', 30],
  ]);
  t.is(spread(items.slice(0, 3), 4).length, 3);
  t.deepEqual(spread([], 4), []);
});
