/** Items that blend several styles. @module */
import test from 'ava';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import type { StylizedItem } from '../../src/plan/item.js';
import { stylesIn } from '../../src/plan/item.js';
import { makePlan } from '../../src/plan/plan.js';
import { contentOf, contentsOf, jobWith, network, stylesOf } from './synthetic.js';

const lines = (mix = '[2, 1]', more = '') =>
  `seed: 3\nsampling: { stylesPerContent: 3${more} }\nrecipe: { style: { mix: ${mix} } }\n`;
const inventory = { contents: contentsOf({ cat: 4, dog: 3 }), styles: stylesOf({ '': 2, old: 4 }) };

const planOf = (text: string, images = inventory) => makePlan(jobWith(text), images, network);
const itemsOf = (text: string, images = inventory): StylizedItem[] =>
  [...planOf(text, images).items()].filter((item) => item.kind === 'stylized');

test('every item has as many distinct styles as weights', (t) => {
  const items = itemsOf(lines('[2, 1, 1]'));
  t.is(items.length, 21);
  for (const { sources, recipe } of items) {
    t.deepEqual(Object.keys(sources), ['content', 'style', 'style2', 'style3']);
    t.is(new Set(stylesIn(sources).map(({ path }) => path)).size, 3);
    t.deepEqual((recipe as OptimizeRecipe).style.mix, [0.5, 0.25, 0.25]);
  }
  // The first style is that of a job without `mix`.
  const plain = itemsOf('seed: 3\nsampling: { stylesPerContent: 3 }\n');
  t.deepEqual(
    items.map(({ sources, seed }) => [sources.style.path, seed]),
    plain.map(({ sources, seed }) => [sources.style.path, seed]),
  );
  t.true(plain.every(({ sources }) => Object.keys(sources).length === 2));
  const counts = planOf(lines('[2, 1, 1]')).counts.styles;
  t.is(
    counts.reduce((sum, { stylized }) => sum + stylized, 0),
    63,
  );
});

test('weights and their number can be drawn', (t) => {
  const drawn = itemsOf(lines('{ style: 1, style2: { uniform: [0.1, 1] } }'));
  const shares = drawn.map(({ recipe }) => (recipe as OptimizeRecipe).style.mix);
  t.true(shares.every(([a, b]) => Math.abs(a + b - 1) < 1e-12 && b > 0.09 && b <= 0.5));
  t.true(new Set(shares.map(([a]) => a)).size > 15);
  const counts = itemsOf(lines('{ choice: [[1], [1, 1]] }')).map(({ sources }) => stylesIn(sources).length);
  t.deepEqual([...new Set(counts)].sort(), [1, 2]);
});

test('ids depend on every style and weight', (t) => {
  const ids = (text: string, images = inventory) => new Set(itemsOf(text, images).map(({ id }) => id));
  const [two, other] = [ids(lines()), ids(lines('[3, 1]'))];
  t.true([...two].every((id) => !other.has(id)));
  t.deepEqual(ids(lines('{ style: 2, style2: 1 }')), two);
  const added = { ...inventory, styles: [...stylesOf({ new: 1 }), ...inventory.styles] };
  const changed = itemsOf(lines(), added).filter(({ id }) => !two.has(id));
  t.true(changed.length > 0 && changed.length < 21);
  t.true(changed.every(({ sources }) => stylesIn(sources).some(({ path }) => path === 'new/0.jpg')));
});

test('adding a content image changes no other item', (t) => {
  const contents = [contentOf('cat/00.jpg', 'cat'), ...inventory.contents];
  const after = new Set(itemsOf(lines(), { ...inventory, contents }).map(({ id }) => id));
  t.true(itemsOf(lines()).every(({ id }) => after.has(id)));
});

test('in turn: the others are those that follow', (t) => {
  const items = itemsOf(lines('[1, 1]', ', styles: roundRobin'));
  for (const [i, { sources }] of items.entries()) {
    const at = (offset: number) => inventory.styles[(i + offset) % 6].path;
    t.deepEqual([sources.style.path, sources.style2?.path], [at(0), at(1)]);
  }
});

test('too few styles are an error', (t) => {
  t.throws(() => itemsOf(lines('[1, 1, 1]'), { ...inventory, styles: stylesOf({ '': 2 }) }), {
    message: /style\.mix blends 3 styles, but only 2 can be used/,
  });
});
