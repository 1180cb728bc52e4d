/** Presets: what they add to a recipe, and what they are. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { parseJob } from '../../src/job/load.js';
import { methodOf } from '../../src/methods/index.js';
import { parametersOfRecipe } from '../../src/methods/optimize/objective.js';
import { type PresetName, presetNames, presets } from '../../src/methods/optimize/recipe/presets.js';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import { stagesOf } from '../../src/methods/optimize/stages.js';
import { type RecipeInput, recipeSchema, withPreset } from '../../src/methods/recipe.js';
import { makeRecipeSampler } from '../../src/plan/recipe-sampler.js';
import { evaluate } from '../../src/run/arrays/arrays.js';
import { resolveRecipe } from '../../src/run/arrays/resolve-recipe.js';
import { weights } from '../stylize/requests.js';
import {
  isClose,
  meanSquaredDifference,
  pattern,
  plainGram,
  plainRandomFeatures,
} from '../stylize/support.js';
import { repositoryRoot } from '../support/paths.js';

const head = 'content: { root: a }\nstyle: { root: b }\noutput: { root: c }\n';
const jobWith = (recipe: string, overrides: string[] = []) =>
  parseJob('job.yaml', `${head}recipe: ${recipe}\n`, { overrides }).recipe;
const plain = (recipe: RecipeInput) => resolveRecipe(recipe) as OptimizeRecipe;

for (const name of presetNames) {
  test(`${name}: is a valid recipe of a job, and items are drawn from it`, (t) => {
    const recipe = jobWith(`{ preset: ${name} }`);
    const sample = makeRecipeSampler(recipe, { network: 'compact' });
    const drawn = [0, 1, 2, 3].map((replica) => sample([1, 2], replica) as OptimizeRecipe);
    for (const each of drawn) t.is(methodOf(each).cost(each).steps > 0, true);
    t.false('preset' in drawn[0], 'the resolved recipe has what the preset says, not its name');
    t.true(readFileSync(join(repositoryRoot, 'docs/recipes.md'), 'utf8').includes(`| \`${name}\` |`));
  });
}

test('keys of the recipe go before the preset, and the preset before the defaults', (t) => {
  const preset = jobWith('{ preset: painting }');
  t.deepEqual(preset.stages, [...presets.painting.recipe.stages]);
  t.is(preset.size, 256);
  const own = jobWith('{ preset: painting, steps: 7, stages: [], style: { strength: 3 } }');
  t.is(own.steps, 7);
  t.deepEqual(own.stages, []);
  t.is(own.style.strength, 3);
  t.deepEqual(own.style.layers, presets.painting.recipe.style.layers);
  // A map of weights is one value: it is replaced, not merged.
  const layers = jobWith('{ preset: painting, style: { layers: { relu1_1: 1 } } }').style.layers;
  t.deepEqual(layers, { relu1_1: 1 });
});

test('an override can set the preset, or a key that the preset sets', (t) => {
  t.is(jobWith('{}', ['recipe.preset=fast']).steps, 15);
  t.is(jobWith('{ preset: fast }', ['recipe.steps=9']).steps, 9);
});

test('the recipe of a job that was read is the same when it is read again', (t) => {
  const once = jobWith('{ preset: painting, steps: 7 }');
  t.deepEqual(withPreset(once), once);
});

test('the order of keys does not matter', (t) => {
  const sampled = (recipe: string) => makeRecipeSampler(jobWith(recipe), { network: 'compact' })([1, 2], 0);
  t.deepEqual(
    sampled('{ preset: augment, style: { layers: [relu1_1], strength: 4 }, steps: 7 }'),
    sampled('{ steps: 7, style: { strength: 4, layers: [relu1_1] }, preset: augment }'),
  );
});

test('an unknown preset is reported, and a preset cannot be drawn', (t) => {
  for (const [recipe, message] of [
    ['{ preset: paintings }', /recipe\.preset: expected one of .*did you mean "painting"\?/],
    ['{ preset: { choice: [painting] } }', /recipe\.preset: expected one of/],
  ] as const) {
    const error = t.throws(() => jobWith(recipe), { instanceOf: WildstyleError });
    t.regex(error?.message ?? '', message);
  }
});

test('plain recipes take presets without their distributions', (t) => {
  const { strength, size } = plain({ preset: 'augment', size: 128 }).style;
  t.deepEqual({ strength, size }, { strength: 10, size: 128 });
  t.is(plain({ preset: 'fast' }).steps, 15);
  t.is(plain({ preset: 'fast', steps: 20 }).steps, 20);
});

test('the scale of the style is relative to its size', (t) => {
  const size = (style: RecipeInput['style']) => plain({ size: 100, style }).style.size;
  t.is(size({ scale: 0.5 }), 50);
  t.is(size({ size: 300, scale: 1.5 }), 450);
  t.is(size({ scale: 0.1 }), 32);
  t.is(size({ size: 4096, scale: 4 }), 4096);
});

test('absolute weights are those of the publications', (t) => {
  const weightsOf = (preset: PresetName) => parametersOfRecipe(plain({ preset })).weights;
  const channels = { relu1_1: 64, relu2_1: 128, relu3_1: 256, relu4_1: 512, relu5_1: 512 };
  for (const [preset, content, style] of [
    ['gatys2015', 1, 1e3],
    ['neural-style', 5, 100],
  ] as const) {
    const found = weightsOf(preset);
    t.deepEqual(found['content.features'], { relu4_2: content });
    for (const [layer, count] of Object.entries(channels)) {
      const weight = found['style.gram'][layer];
      // Beside a content loss, a Gram loss of Caffe's features is as much larger as the square of their unit.
      const published = (style / count ** 2) * 64 ** 2;
      t.true(isClose(weight, published, 1e-12), `${preset} ${layer}: ${weight}`);
    }
  }
});

test('the preset of crowsonkb has its weights, sizes and average', (t) => {
  const recipe = plain({ preset: 'crowsonkb' });
  const { weights: found } = parametersOfRecipe(recipe);
  t.deepEqual(found['content.features'], { relu4_2: 0.015 });
  const style = Object.values(found['style.wasserstein']);
  t.true(
    isClose(
      style.reduce((sum, weight) => sum + weight, 0),
      1,
      1e-12,
    ),
  );
  t.deepEqual(
    stagesOf(recipe).map(({ sizePx, steps }) => [sizePx, steps]),
    [
      [128, 1000],
      [181, 500],
      [256, 500],
      [362, 500],
      [512, 500],
    ],
  );
  t.deepEqual([recipe.average, recipe.decay, recipe.learningRate], [0.99, 'none', 0.02]);
});

test('an absolute objective is the plain weighted sum', async (t) => {
  const [content, style, image] = [pattern(1), pattern(2), pattern(3)];
  const recipe: RecipeInput = {
    network: 'random',
    pooling: 'max',
    weighting: 'absolute',
    content: { layers: { relu2_1: 3 }, weight: 2 },
    style: { layers: { relu1_1: 0.5, relu2_1: 7 }, weight: 11 },
    totalVariation: 0,
    stages: [],
  };
  const of = (picture: typeof image) =>
    plainRandomFeatures(picture, weights.tensors, ['relu1_1', 'relu2_1'], 'max');
  const [features, contentFeatures, styleFeatures] = [of(image), of(content), of(style)];
  const gramLoss = (layer: string) =>
    meanSquaredDifference(plainGram(features[layer]), plainGram(styleFeatures[layer]));
  const expected =
    6 * meanSquaredDifference(features.relu2_1.data, contentFeatures.relu2_1.data) +
    11 * (0.5 * gramLoss('relu1_1') + 7 * gramLoss('relu2_1'));
  const { total, parts } = await evaluate(image, content, style, recipe, { threads: 1 });
  t.true(isClose(total, expected, 1e-4), `${total} against ${expected}`);
  t.true(parts.every(({ scale }) => scale === 1));
});

test('a recipe with style.weight is not empty, and one without any weight is', (t) => {
  const none = { content: { weight: 0 }, totalVariation: 0 };
  t.true(recipeSchema.safeParse({ ...none, style: { strength: 0, weight: 1 } }).success);
  t.false(recipeSchema.safeParse({ ...none, style: { weight: 0 } }).success);
});
