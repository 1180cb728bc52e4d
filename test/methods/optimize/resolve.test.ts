import test from 'ava';
import { parametersOfRecipe } from '../../../src/methods/optimize/objective.js';
import { optimize } from '../../../src/methods/optimize/optimize.js';
import { type RecipeInput, recipeSchema } from '../../../src/methods/recipe.js';
import { networks } from '../../../src/stylize/networks/index.js';
import { optimizers } from '../../../src/stylize/optimizers/index.js';
import { resolved } from '../../stylize/support.js';

const recipe = (input: RecipeInput = {}) => resolved({ network: 'random', ...input });
const weightsOf = (input: RecipeInput) => parametersOfRecipe(recipe(input)).weights;
const sum = (weights: Readonly<Record<string, number>>) => Object.values(weights).reduce((a, b) => a + b, 0);

test('a resolved recipe has every parameter and no auto', (t) => {
  t.deepEqual(resolved({ network: 'auto', style: { strength: 20 } }), {
    method: 'optimize',
    size: 256,
    fit: 'keep',
    network: 'random',
    pooling: 'average',
    smoothing: false,
    padding: 'replicate',
    parametrization: 'pixels',
    weighting: 'relative',
    init: 'content',
    content: { loss: { features: 1 }, lossParameters: {}, layers: { relu4_1: 1 }, weight: 1 },
    style: {
      loss: { gram: 1 },
      lossParameters: {},
      layers: { relu1_1: 0.25, relu2_1: 0.25, relu3_1: 0.25, relu4_1: 0.25 },
      strength: 20,
      size: 256,
      mix: [1],
    },
    color: 'style',
    blend: 1,
    totalVariation: 0.05,
    optimizer: 'adam',
    learningRate: 0.02,
    decay: 'cosine',
    history: 0,
    momentum: 0,
    average: 0,
    plateau: 0,
    steps: 50,
    stages: [],
  });
});

test('vgg19 starts with a stage at half the size by default, unless that is too small', (t) => {
  const stages = (input: RecipeInput) => recipe({ network: 'vgg19', steps: 10, ...input }).stages;
  t.deepEqual(stages({ size: 64 }), [{ scale: 0.5, steps: 12, learningRate: 1 }]);
  t.deepEqual(stages({ size: 63 }), []);
  t.deepEqual(stages({ stages: [] }), []);
  t.deepEqual(stages({ network: 'random' }), []);
});

test('the weight of the style is the square of the strength, divided by 50', (t) => {
  for (const [strength, weight] of [
    [0, 0],
    [1, 0.02],
    [10, 2],
    [100, 200],
  ]) {
    const style = weightsOf({ style: { strength } })['style.gram'];
    t.true(Math.abs(sum(style) - weight) < 1e-12);
  }
});

test('defaults depend on the network and the optimizer', (t) => {
  const open = (input: RecipeInput) => {
    const { pooling, optimizer, totalVariation, learningRate } = recipe(input);
    return { pooling, optimizer, totalVariation, learningRate };
  };
  const ofVgg19 = { pooling: 'max', optimizer: 'lbfgs', totalVariation: 0, learningRate: 1 } as const;
  t.deepEqual(open({ network: 'vgg19' }), ofVgg19);
  const given = { pooling: 'max', optimizer: 'lbfgs', totalVariation: 0, learningRate: 0.5 } as const;
  t.deepEqual(open(given), given);
  for (const optimizer of ['lbfgs', 'adam', 'sgd', 'rmsprop'] as const)
    t.is(recipe({ optimizer }).learningRate, optimizers[optimizer].defaults.learningRate);
});

test('layer weights are normalized: they sum to the weight of the style', (t) => {
  const weights = weightsOf({
    style: { layers: { relu1_1: 3, relu2_1: 1, relu3_1: 0 }, strength: 20 },
    content: { layers: { relu2_2: 5, relu3_1: 15 }, weight: 2 },
  });
  t.deepEqual(weights['style.gram'], { relu1_1: 6, relu2_1: 2, relu3_1: 0 });
  t.deepEqual(weights['content.features'], { relu2_2: 0.5, relu3_1: 1.5 });
  t.deepEqual(weights.totalVariation, { pixels: 0.05 });
  for (const network of ['random', 'vgg19'] as const) {
    const { styleLayers } = networks[network].defaults;
    const style = weightsOf({ network, style: { strength: 20 } })['style.gram'] ?? {};
    t.deepEqual(Object.keys(style), [...styleLayers].sort());
    t.true(Math.abs(sum(style) - 8) < 1e-12);
  }
  t.deepEqual(
    weightsOf({ style: { layers: ['relu1_1', 'relu2_1', 'relu1_1'], strength: 10 } })['style.gram'],
    {
      relu1_1: 1,
      relu2_1: 1,
    },
  );
});

test('all weights of a term can be drawn as zero', (t) => {
  const drawn = recipeSchema.parse({ network: 'random' });
  const zeros = { ...drawn, style: { ...drawn.style, layers: { relu1_1: 0, relu1_2: 0 } } };
  const { style } = optimize.resolve(zeros, { network: 'random' });
  t.deepEqual(style.layers, { relu1_1: 0, relu1_2: 0 });
});

test('accepts losses by name, as a list, or with weights', (t) => {
  t.deepEqual(recipe({ style: { loss: ['gram'] } }).style.loss, { gram: 1 });
  t.deepEqual(recipe({ style: { loss: { gram: 3 } } }).style.loss, { gram: 1 });
  t.false(recipeSchema.safeParse({ style: { loss: { gram: 0 } } }).success);
  t.false(recipeSchema.safeParse({ style: { loss: { gramm: 1 } } }).success);
});

test('losses have parameters, with defaults, beside their weight', (t) => {
  const { loss, lossParameters } = recipe({
    style: { loss: { gram: 1, mmd: { weight: 3, kernel: 'linear' } } },
  }).style;
  t.deepEqual(loss, { gram: 0.25, mmd: 0.75 });
  t.deepEqual(lossParameters, { mmd: { kernel: 'linear', offset: 0, bandwidth: 0.5, places: 1024 } });
  t.deepEqual(recipe({ style: { loss: 'mmd' } }).style.lossParameters.mmd, {
    ...lossParameters.mmd,
    kernel: 'gaussian',
  });
  for (const mmd of [{ kernel: 'cubic' }, { bandwidth: 0 }, { places: 20.5 }, { kernle: 'linear' }])
    t.false(recipeSchema.safeParse({ style: { loss: { mmd } } }).success, JSON.stringify(mmd));
});

test('numbers of a loss are passed in, and words and counts are compiled', (t) => {
  const mmd = (parameters: Readonly<Record<string, string | number>>) =>
    recipe({ style: { loss: { mmd: parameters } } });
  const [one, other] = [mmd({ bandwidth: 0.2 }), mmd({ bandwidth: 0.4 })];
  t.is(optimize.costKey(one), optimize.costKey(other));
  t.not(optimize.fingerprint(one), optimize.fingerprint(other));
  t.deepEqual(parametersOfRecipe(one).numbers['style.mmd'], { bandwidth: 0.2 });
  t.not(optimize.costKey(mmd({ kernel: 'linear' })), optimize.costKey(one));
  t.not(optimize.costKey(mmd({ places: 100 })), optimize.costKey(one));
});

test('the cost counts evaluations and pixels of every stage', (t) => {
  const { cost } = optimize;
  t.deepEqual(cost(recipe({ size: 100, steps: 9, stages: [] })), { steps: 10, pixelSteps: 10 * 7500 });
  const coarse = recipe({ size: 200, steps: 9, fit: 'crop', stages: [{ scale: 0.5, steps: 4 }] });
  t.deepEqual(cost(coarse), { steps: 15, pixelSteps: 10 * 200 ** 2 + 5 * 100 ** 2 });
});

test('requests sources at the size of each stage', (t) => {
  const stages = [{ scale: 0.5, steps: 4 }];
  t.deepEqual(optimize.sources(recipe({ size: 200, style: { size: 300 }, init: 'style', stages })), [
    { name: 'content0', role: 'content', target: { sizePx: 100, fit: 'keep' } },
    { name: 'style0', role: 'style', target: { sizePx: 150, fit: 'keep', multiple: 16 } },
    { name: 'content1', role: 'content', target: { sizePx: 200, fit: 'keep' } },
    { name: 'style1', role: 'style', target: { sizePx: 300, fit: 'keep', multiple: 16 } },
    { name: 'initialStyle', role: 'style', target: { shapeOf: 'content0' } },
  ]);
});

test('the fingerprint changes with every parameter, and with nothing else', (t) => {
  const { fingerprint } = optimize;
  const base = recipe({
    init: { noise: 1 },
    stages: [{ scale: 0.5, steps: 4 }],
    decay: { factor: 0.5, every: 20 },
  });
  t.is(fingerprint(structuredClone(base)), fingerprint(base));
  const seen = new Set([fingerprint(base)]);
  let leaves = 0;
  const changeEach = (value: unknown, rebuild: (changed: unknown) => unknown): void => {
    if (typeof value !== 'object' || value === null) {
      leaves++;
      const other = typeof value === 'number' ? value + 1 : `${value}x`;
      seen.add(fingerprint(rebuild(other) as typeof base));
      return;
    }
    for (const [key, child] of Object.entries(value)) {
      const entries = (changed: unknown) => ({ ...value, [key]: changed });
      const list = (changed: unknown) => (value as unknown[]).with(Number(key), changed);
      changeEach(child, (changed) => rebuild(Array.isArray(value) ? list(changed) : entries(changed)));
    }
  };
  changeEach(base, (changed) => changed);
  t.is(leaves, 38);
  t.is(seen.size, leaves + 1);
});
