/** Compares each term of the objective and the gradient with plain arithmetic. @module */
import test from 'ava';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { type ArrayStylizer, createStylizer } from '../../src/run/arrays/arrays.js';
import type { Evaluation } from '../../src/stylize/evaluate.js';
import { random } from '../../src/stylize/networks/random.js';
import { relativeDifference } from '../engine/support.js';
import {
  isClose,
  mean,
  meanSquare,
  meanSquaredDifference,
  type PlainImage,
  pattern,
  plainGram,
  plainRandomFeatures,
  plainTotalVariation,
  quickInput,
} from '../stylize/support.js';

const reference = await createStylizer({ engine: 'reference' });
const onnx = await createStylizer({ threads: 1 });
const engines: Readonly<Record<string, ArrayStylizer>> = { reference, onnx };
test.after.always(() => {
  for (const stylizer of Object.values(engines)) stylizer.dispose();
});

const [image, content, style] = [pattern(1), pattern(2), pattern(3, 36, 40)];
const quick = (input: RecipeInput = {}): RecipeInput => quickInput({ totalVariation: 0.3, ...input });

/** Recipes with a single term, and with all terms. */
const terms: Readonly<Record<string, RecipeInput>> = {
  content: quick({ style: { strength: 0 }, totalVariation: 0 }),
  style: quick({ content: { weight: 0 }, totalVariation: 0 }),
  'total variation': quick({ content: { weight: 0 }, style: { strength: 0 }, totalVariation: 2 }),
  'all terms': quick(),
};

const moved = (by: (i: number) => number): PlainImage => ({
  data: Array.from(image.data, (value, i) => value + by(i)),
  shape: image.shape,
});

const layers = ['relu1_1', 'relu2_1'];
const { tensors } = await random.loadWeights();
const featuresOf = (one: PlainImage) => plainRandomFeatures(one, tensors, layers);
const [contentFeatures, styleFeatures] = [featuresOf(content), featuresOf(style)];

/** The mean of the mean squares of the style's and the content's Gram matrices. */
const styleScale = (layer: string): number =>
  mean([styleFeatures, contentFeatures].map((features) => meanSquare(plainGram(features[layer]))));

/** The terms in double precision: content, style with weight 1, total variation. */
function plainTerms(one: PlainImage): number[] {
  const features = featuresOf(one);
  const wanted = contentFeatures.relu2_1.data;
  const styles = layers.map((layer) => {
    const target = plainGram(styleFeatures[layer]);
    return meanSquaredDifference(plainGram(features[layer]), target) / styleScale(layer);
  });
  return [
    meanSquaredDifference(features.relu2_1.data, wanted) / meanSquare(wanted),
    mean(styles),
    plainTotalVariation(one) / 0.01,
  ];
}

/** The weights of the terms in each recipe. */
const factors: Readonly<Record<keyof typeof terms, readonly number[]>> = {
  content: [1, 0, 0],
  style: [0, 2, 0],
  'total variation': [0, 0, 2],
  'all terms': [1, 2, 0.3],
};

for (const [name, recipe] of Object.entries(terms)) {
  test(`the gradient matches central differences: ${name}`, async (t) => {
    const { gradient } = await reference.evaluate(image, content, style, recipe);
    t.deepEqual([...gradient.shape], [...image.shape]);
    const pixels = [...gradient.data.keys()];
    const steepest = pixels.sort((a, b) => Math.abs(gradient.data[b]) - Math.abs(gradient.data[a]));
    // The step must be so small that no ReLU or maximum switches; only doubles can resolve it.
    const step = 1e-6;
    for (const pixel of [...steepest.slice(0, 4), steepest[400], steepest[900]]) {
      const [more, less] = [step, -step].map((by) => plainTerms(moved((i) => (i === pixel ? by : 0))));
      const difference = factors[name].reduce(
        (sum, factor, k) => sum + (factor * (more[k] - less[k])) / (2 * step),
        0,
      );
      t.true(isClose(difference, gradient.data[pixel], 1e-3), `${difference} for ${gradient.data[pixel]}`);
    }
  });
}

for (const [name, stylizer] of Object.entries(engines)) {
  test(`${name}: along the gradient, the slope of the objective is the norm of the gradient`, async (t) => {
    const { gradient } = await stylizer.evaluate(image, content, style, quick());
    const length = Math.sqrt(gradient.data.reduce((sum, value) => sum + value ** 2, 0));
    const step = 0.02;
    const [up, down] = await Promise.all(
      [step, -step].map((by) => {
        const { data } = moved((i) => (by * gradient.data[i]) / length);
        return stylizer.evaluate(
          { data: Float32Array.from(data), shape: image.shape },
          content,
          style,
          quick(),
        );
      }),
    );
    const slope = (up.total - down.total) / (2 * step);
    t.true(isClose(slope, length, 5e-3), `${slope} for ${length}`);
  });
}

test('onnx matches the reference in every term and the gradient, at all default layers', async (t) => {
  for (const pooling of ['max', 'average'] as const) {
    const recipe: RecipeInput = { network: 'random', pooling, totalVariation: 0.1 };
    const [expected, actual] = [
      await reference.evaluate(image, content, style, recipe),
      await onnx.evaluate(image, content, style, recipe),
    ];
    t.true(isClose(actual.total, expected.total, 1e-4));
    t.deepEqual(Object.keys(expected.terms), ['content.features', 'style.gram', 'totalVariation']);
    for (const [name, value] of Object.entries(expected.terms))
      t.true(isClose(actual.terms[name], value, 1e-4), name);
    for (const [i, { term, part, weight, ...values }] of expected.parts.entries()) {
      t.like(actual.parts[i], { term, part, weight });
      for (const value of ['unscaled', 'scale', 'scaled'] as const) {
        t.true(isClose(actual.parts[i][value], values[value], 1e-4), `${term} ${part} ${value}`);
      }
    }
    const difference = relativeDifference(actual.gradient.data, expected.gradient.data);
    t.true(difference < 1e-4, `gradient: ${difference}`);
  }
});

const partOf = ({ parts }: Evaluation, term: string, part: string) => {
  const found = parts.find((value) => value.term === term && value.part === part);
  if (!found) throw new Error(`No term ${term} at ${part}.`);
  return found;
};

for (const [name, stylizer] of Object.entries(engines)) {
  test(`${name}: every term and every scale matches plain loops`, async (t) => {
    const evaluation = await stylizer.evaluate(image, content, style, quick());
    const ofImage = featuresOf(image);
    t.is(evaluation.parts.length, 4);

    const [deep, wanted] = [ofImage.relu2_1.data, contentFeatures.relu2_1.data];
    const contentTerm = partOf(evaluation, 'content.features', 'relu2_1');
    t.true(isClose(contentTerm.unscaled, meanSquaredDifference(deep, wanted), 1e-4));
    t.true(isClose(contentTerm.scale, meanSquare(wanted), 1e-4));
    for (const layer of layers) {
      const [gram, target] = [plainGram(ofImage[layer]), plainGram(styleFeatures[layer])];
      const term = partOf(evaluation, 'style.gram', layer);
      t.true(isClose(term.unscaled, meanSquaredDifference(gram, target), 1e-4), layer);
      t.true(isClose(term.scale, styleScale(layer), 1e-4), layer);
      t.is(term.weight, 1);
    }
    const variation = partOf(evaluation, 'totalVariation', 'pixels');
    t.true(isClose(variation.unscaled, plainTotalVariation(image), 1e-4));
    t.true(isClose(variation.scale, 0.01, 1e-6));
    t.is(variation.weight, 0.3);
  });

  test(`${name}: the terms add up`, async (t) => {
    const evaluation = await stylizer.evaluate(image, content, style, quick());
    const sumOf = (name?: string) =>
      evaluation.parts
        .filter(({ term }) => !name || term === name)
        .reduce((sum, { weight, scaled }) => sum + weight * scaled, 0);
    t.true(isClose(evaluation.total, sumOf(), 1e-5));
    for (const [name, value] of Object.entries(evaluation.terms)) t.true(isClose(value, sumOf(name), 1e-5));
    for (const { unscaled, scale, scaled } of evaluation.parts)
      t.true(isClose(scaled, unscaled / scale, 1e-6));
  });

  test(`${name}: the content loss is 0 at the content, the style loss is 0 at the style`, async (t) => {
    const sameSize = pattern(3);
    const atContent = await stylizer.evaluate(content, content, sameSize, terms.content);
    t.is(atContent.terms['content.features'], 0);
    t.is(atContent.total, 0);
    t.true(atContent.gradient.data.every((value) => value === 0));
    const atStyle = await stylizer.evaluate(sameSize, content, sameSize, quick());
    t.true(atStyle.terms['style.gram'] < 1e-10);
    t.true(atStyle.terms['content.features'] > 0.01);
  });
}

test('values and gradients are linear in the weights and in the square of the strength', async (t) => {
  const at = (recipe: RecipeInput) => onnx.evaluate(image, content, style, recipe);
  const [all, contentOnly, styleOnly, variationOnly] = [
    await at(quick({ content: { weight: 2 }, style: { strength: 30 }, totalVariation: 0.5 })),
    await at(terms.content),
    await at(terms.style),
    await at(terms['total variation']),
  ];
  t.true(isClose(all.terms['content.features'], 2 * contentOnly.terms['content.features'], 1e-5));
  t.true(isClose(all.terms['style.gram'], 9 * styleOnly.terms['style.gram'], 1e-5));
  t.true(isClose(all.terms.totalVariation, 0.25 * variationOnly.terms.totalVariation, 1e-5));
  const expected = all.gradient.data.map(
    (_, i) =>
      2 * contentOnly.gradient.data[i] +
      9 * styleOnly.gradient.data[i] +
      0.25 * variationOnly.gradient.data[i],
  );
  t.true(relativeDifference(all.gradient.data, expected) < 1e-5);
  t.deepEqual(
    [contentOnly.terms['style.gram'], contentOnly.terms.totalVariation, styleOnly.terms['content.features']],
    [0, 0, 0],
  );
});

test('layer weights are normalized to sum to 1', async (t) => {
  const shares = { relu1_1: 6, relu1_2: 3, relu2_1: 1 };
  const { parts, terms: totals } = await onnx.evaluate(
    image,
    content,
    style,
    quick({ style: { layers: shares, strength: 20 } }),
  );
  const weights = Object.fromEntries(
    parts.filter(({ term }) => term === 'style.gram').map(({ part, weight }) => [part, weight]),
  );
  for (const [layer, weight] of Object.entries({ relu1_1: 4.8, relu1_2: 2.4, relu2_1: 0.8 }))
    t.true(isClose(weights[layer], weight, 1e-6));
  const single = await Promise.all(
    Object.keys(shares).map((layer) =>
      onnx.evaluate(image, content, style, quick({ style: { layers: [layer], strength: 20 } })),
    ),
  );
  const blended =
    0.6 * single[0].terms['style.gram'] +
    0.3 * single[1].terms['style.gram'] +
    0.1 * single[2].terms['style.gram'];
  t.true(isClose(totals['style.gram'], blended, 1e-5));
});
