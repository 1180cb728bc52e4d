import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { networks } from '../../src/stylize/networks/index.js';
import { optimizers } from '../../src/stylize/optimizers/index.js';
import { type RecipeInput, recipeSchema } from '../../src/stylize/recipe.js';
import { parametersOf, resolvedRecipe, specOf } from '../../src/stylize/spec.js';

const recipe = (input: RecipeInput = {}) => recipeSchema.parse({ network: 'random', ...input });
const sum = (weights: Readonly<Record<string, number>>) => Object.values(weights).reduce((a, b) => a + b, 0);

test('a recipe without layers has those of its network, with equal shares', (t) => {
  for (const network of ['random', 'vgg19'] as const) {
    const { content, style } = specOf(recipe({ network }));
    t.deepEqual([...content.layers], [...networks[network].defaults.contentLayers].sort());
    t.deepEqual([...style.layers], [...networks[network].defaults.styleLayers].sort());
    const parameters = parametersOf(recipe({ network, style: { strength: 20 } }));
    const share = 20 / networks[network].defaults.styleLayers.length;
    t.true(Object.values(parameters.style).every((weight) => weight === share));
    t.is(sum(parameters.content), 1);
  }
});

test('weights of layers are shares: they add up to the strength', (t) => {
  const map = { relu1_1: 3, relu2_1: 1, relu3_1: 0 };
  const { style, content } = parametersOf(
    recipe({
      style: { layers: map, strength: 8 },
      content: { layers: { relu2_2: 5, relu3_1: 15 }, weight: 2 },
    }),
  );
  t.deepEqual(style, { relu1_1: 6, relu2_1: 2, relu3_1: 0 });
  t.deepEqual(content, { relu2_2: 0.5, relu3_1: 1.5 });
  t.is(
    sum(parametersOf(recipe({ style: { layers: ['relu1_1', 'relu1_2', 'relu2_1'], strength: 7 } })).style),
    7,
  );
  // A job may draw weights of zero.
  const drawn = recipe({});
  const zeros = { ...drawn, style: { ...drawn.style, layers: { relu1_1: 0, relu1_2: 0 } } };
  t.is(sum(parametersOf(zeros).style), 0);
});

test('a layer named twice counts once', (t) => {
  const twice = recipe({ style: { layers: ['relu1_1', 'relu2_1', 'relu1_1'], strength: 6 } });
  t.deepEqual([...specOf(twice).style.layers], ['relu1_1', 'relu2_1']);
  t.deepEqual(parametersOf(twice).style, { relu1_1: 3, relu2_1: 3 });
});

test('what a recipe does not say is decided by its network, and stands in the resolved recipe', (t) => {
  const resolved = (input: RecipeInput) => {
    const { pooling, optimizer, totalVariation, learningRate } = resolvedRecipe(recipe(input));
    return { pooling, optimizer, totalVariation, learningRate };
  };
  t.deepEqual(resolved({}), {
    pooling: 'average',
    optimizer: 'adam',
    totalVariation: 0.05,
    learningRate: 0.02,
  });
  t.deepEqual(resolved({ network: 'vgg19' }), {
    pooling: 'max',
    optimizer: 'lbfgs',
    totalVariation: 0,
    learningRate: 1,
  });
  const said = { pooling: 'max', optimizer: 'lbfgs', totalVariation: 0, learningRate: 0.5 } as const;
  t.deepEqual(resolved(said), said);
  const { pooling, optimizer } = specOf(recipe());
  t.is(pooling, 'average');
  t.is(optimizer, optimizers.adam);
  t.is(parametersOf(recipe()).totalVariation, 0.05);
});

test('the step size is that of the optimizer, unless the recipe says another', (t) => {
  for (const optimizer of ['lbfgs', 'adam'] as const) {
    t.is(parametersOf(recipe({ optimizer })).learningRate, optimizers[optimizer].defaultLearningRate);
    t.is(parametersOf(recipe({ optimizer, learningRate: 0.5 })).learningRate, 0.5);
  }
});

test('recipes share a graph where they differ in numbers only', (t) => {
  const key = (input: RecipeInput = {}) => specOf(recipe(input)).key;
  const layers = (names: string[]) => ({ style: { layers: names } });
  for (const same of [
    { steps: 7, totalVariation: 1, learningRate: 0.1, init: 'noise', size: 64 },
    { style: { strength: 99 }, content: { weight: 3 } },
  ] satisfies RecipeInput[]) {
    t.is(key(same), key());
  }
  t.is(key(layers(['relu1_1', 'relu2_1'])), key(layers(['relu2_1', 'relu1_1'])));
  t.is(key({ style: { layers: { relu1_1: 1, relu2_1: 9 } } }), key(layers(['relu1_1', 'relu2_1'])));
  for (const other of [
    { optimizer: 'lbfgs' },
    { pooling: 'max' },
    { network: 'vgg19' },
    { content: { layers: ['relu1_1'] } },
    { style: { layers: ['relu1_1'] } },
  ] satisfies RecipeInput[]) {
    t.not(key(other), key(), JSON.stringify(other));
  }
});

test('targets are shared more widely: the other side and the optimizer do not matter to them', (t) => {
  const [one, other] = [
    specOf(recipe()),
    specOf(recipe({ optimizer: 'lbfgs', content: { layers: ['relu1_1'] } })),
  ];
  t.is(one.targetKeys.style, other.targetKeys.style);
  t.not(one.targetKeys.content, other.targetKeys.content);
});

test('unknown layers are refused on either side, with those that there are', (t) => {
  for (const side of ['content', 'style'] as const) {
    const error = t.throws(() => specOf(recipe({ [side]: { layers: ['relu1_1', 'relu4_9'] } })), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'layer-unknown');
    t.regex(error?.message ?? '', /"relu4_9"/);
    t.true(error?.cure?.includes(networks.random.layers.join(', ')));
  }
});

test('a network must have been chosen', (t) => {
  for (const fn of [specOf, parametersOf]) {
    const error = t.throws(() => fn(recipe({ network: 'auto' })), { instanceOf: WildstyleError });
    t.is(error?.code, 'internal');
  }
});
