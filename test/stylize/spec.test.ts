import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { specOfRecipe } from '../../src/methods/optimize/objective.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { networks } from '../../src/stylize/networks/index.js';
import { optimizers } from '../../src/stylize/optimizers/index.js';
import { type SpecParts, specOf, targetKeys } from '../../src/stylize/spec.js';
import { resolved } from './support.js';

const spec = (input: RecipeInput = {}) => specOfRecipe(resolved({ network: 'random', ...input }));
const layersOf = (input: RecipeInput, name: string) =>
  spec(input).terms.find((term) => term.name === name)?.term.layers;

test('the objective of a recipe has content, style and total variation, in this order', (t) => {
  const { terms, pooling, optimizer } = spec();
  t.deepEqual(
    terms.map(({ name }) => name),
    ['content.features', 'style.gram', 'totalVariation'],
  );
  t.deepEqual(
    terms.map(({ term }) => term.sources),
    [['content'], ['style', 'content'], ['content']],
  );
  t.is(pooling, 'average');
  t.is(optimizer, optimizers.adam);
});

test('a recipe without layers gets the default layers of its network', (t) => {
  for (const network of ['random', 'vgg19'] as const) {
    const { contentLayers, styleLayers } = networks[network].defaults;
    t.deepEqual(layersOf({ network }, 'content.features'), Object.keys(contentLayers).sort());
    t.deepEqual(layersOf({ network }, 'style.gram'), [...styleLayers].sort());
  }
});

test('recipes that differ only in numbers share a graph', (t) => {
  const key = (input: RecipeInput = {}) => spec(input).key;
  const layers = (names: string[]) => ({ style: { layers: names } });
  for (const same of [
    { steps: 7, totalVariation: 1, learningRate: 0.1, init: 'noise', size: 64 },
    { style: { strength: 99 }, content: { weight: 3 } },
    { stages: [{ scale: 0.5, steps: 3 }] },
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

test("target graphs do not depend on the optimizer or on other sources' terms", (t) => {
  const [one, other] = [
    targetKeys(spec()),
    targetKeys(spec({ optimizer: 'lbfgs', content: { layers: ['relu1_1'] } })),
  ];
  t.is(one.style, other.style);
  t.not(one.content, other.content);
});

test('rejects unknown content and style layers and lists the known layers', (t) => {
  for (const side of ['content', 'style'] as const) {
    const error = t.throws(() => spec({ [side]: { layers: ['relu1_1', 'relu4_9'] } }), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'layer-unknown');
    t.regex(error?.message ?? '', /"relu4_9"/);
    t.true(error?.cure?.includes(networks.random.layers.join(', ')));
  }
});

test('a layer that is named twice counts once', (t) => {
  const parts: SpecParts = {
    network: 'random',
    pooling: 'max',
    optimizer: { name: 'adam' },
    terms: { 'style.gram': { role: 'style', layers: ['relu2_1', 'relu1_1', 'relu2_1'] } },
  };
  t.deepEqual(specOf(parts).terms[0]?.term.layers, ['relu1_1', 'relu2_1']);
});
