import test from 'ava';
import { canonicalJson } from '../../src/files/canonical-json.js';
import { isDistribution } from '../../src/job/distribution.js';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import * as sampler from '../../src/plan/recipe-sampler.js';
import type { Key } from '../../src/random.js';
import { resolved } from '../stylize/support.js';
import { jobWith } from './synthetic.js';

const { makeOriginalSampler } = sampler;
const makeRecipeSampler = sampler.makeRecipeSampler as (
  ...given: Parameters<typeof sampler.makeRecipeSampler>
) => sampler.Sampler<OptimizeRecipe>;
const facts = { network: 'random' } as const;
const keys = Array.from({ length: 5000 }, (_, i): Key => [i, 77]);

test('canonical JSON has sorted keys and omits undefined values', (t) => {
  t.is(
    canonicalJson({ b: [1, { d: null, c: 'x"' }], a: undefined, Z: true }),
    '{"Z":true,"b":[1,{"c":"x\\"","d":null}]}',
  );
  t.is(canonicalJson({ x: -0, y: 1e21 }), '{"x":0,"y":1e+21}');
});

test('a recipe without distributions is one frozen object', (t) => {
  const sample = makeRecipeSampler(jobWith('recipe: { network: auto, steps: 3 }').recipe, facts);
  const recipe = sample([1, 2], 0);
  t.deepEqual(recipe, resolved({ network: 'random', steps: 3 }));
  t.is(sample([3, 4], 1), recipe);
  t.throws(() => Object.assign(recipe.style, { loss: 'x' }));
});

test('a drawn recipe has no distribution and no auto, and equal recipes have equal JSON', (t) => {
  const { recipe } = jobWith(`
recipe:
  network: { choice: { auto: 1, vgg19: 2, random: 1 } }
  size: { uniform: [32, 40] }
  steps: { logUniform: [1, 100] }
  init: { choice: [content, { noise: 1 }] }
  content: { weight: { uniform: [0.5, 2] }, layers: { choice: [[relu1_1, relu2_1], { relu1_2: 3 }] } }
  style: { strength: { logUniform: [3, 30] }, layers: { relu1_1: { uniform: [1, 2] }, relu2_1: 1 } }
  learningRate: { choice: [0.1, 0.25] }
`);
  const sample = makeRecipeSampler(recipe, facts);
  const networks = new Map<string, number>();
  for (const key of keys) {
    const recipe = sample(key, 2);
    t.is(JSON.stringify(sample(key, 2)), JSON.stringify(recipe));
    t.false(leavesOf(recipe).some((leaf) => leaf === 'auto' || leaf === undefined || isDistribution(leaf)));
    networks.set(recipe.network, (networks.get(recipe.network) ?? 0) + 1);
  }
  t.deepEqual([...networks.keys()].sort(), ['random', 'vgg19']);
  t.true(Math.abs((networks.get('vgg19') ?? 0) / keys.length - 0.5) < 0.03);
});

test('numbers are drawn from the whole range, and integers include both ends', (t) => {
  const draw = (distribution: string, leaf: 'size' | 'totalVariation') => {
    const sample = makeRecipeSampler(jobWith(`recipe: { ${leaf}: ${distribution} }`).recipe, facts);
    return keys.map((key) => sample(key, 0)[leaf]);
  };
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const sizes = draw('{ uniform: [32, 35] }', 'size');
  t.deepEqual([...new Set(sizes)].sort(), [32, 33, 34, 35]);
  t.true(Math.abs(mean(sizes) - 33.5) < 0.06);
  const even = draw('{ uniform: [2, 6] }', 'totalVariation');
  t.true(even.every((x) => x >= 2 && x <= 6));
  t.true(Math.abs(mean(even) - 4) < 0.06);
  const logarithmic = draw('{ logUniform: [1, 100] }', 'totalVariation');
  t.true(logarithmic.every((x) => x >= 1 && x <= 100));
  t.true(Math.abs(logarithmic.filter((x) => x < 10).length / keys.length - 0.5) < 0.03);
  t.true(logarithmic.every((x) => Number(x.toPrecision(6)) === x));
  const narrow = draw('{ uniform: [1.00000001, 1.00000002] }', 'totalVariation');
  t.true(narrow.every((x) => x >= 1.00000001 && x <= 1.00000002));
});

test('a repeated choice is drawn more often', (t) => {
  const sample = makeRecipeSampler(jobWith('recipe: { steps: { choice: [5, 5, 5, 9] } }').recipe, facts);
  const share = keys.filter((key) => sample(key, 0).steps === 9).length / keys.length;
  t.true(Math.abs(share - 0.25) < 0.02);
});

test('parameters and replicas are drawn independently', (t) => {
  const { recipe } = jobWith(
    'recipe: { totalVariation: { uniform: [0, 1] }, content: { weight: { uniform: [0, 1] } } }',
  );
  const sample = makeRecipeSampler(recipe, facts);
  const equal = keys.filter((key) => {
    const first = sample(key, 0);
    return (
      first.totalVariation === first.content.weight || first.totalVariation === sample(key, 1).totalVariation
    );
  });
  t.is(equal.length, 0);
});

test('an original draws only its size', (t) => {
  const sample = makeOriginalSampler(jobWith('recipe: { size: { choice: [64, 96] }, steps: 3 }').recipe);
  const sizes = new Set(keys.map((key) => sample(key, 0).size));
  t.deepEqual([...sizes].sort(), [64, 96]);
  t.deepEqual(Object.keys(sample([0, 0], 0)), ['size', 'fit']);
});

/** A value and all values nested in it. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return [value, ...Object.values(value).flatMap(leavesOf)];
}
