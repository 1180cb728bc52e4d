/** Style transfer on arrays. @module */
import { join } from 'node:path';
import test from 'ava';
import { createEngine, type HostTensor } from '../../src/engine/index.js';
import { WildstyleError } from '../../src/errors.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { createStylizer, evaluate, stylize } from '../../src/run/arrays/arrays.js';
import { resolveNetwork } from '../../src/run/preparing/weights.js';
import { Evaluator } from '../../src/stylize/evaluate.js';
import { networkNames } from '../../src/stylize/networks/index.js';
import { random } from '../../src/stylize/networks/random.js';
import { TargetCache } from '../../src/stylize/targets.js';
import { relativeDifference } from '../engine/support.js';
import { asked } from '../stylize/requests.js';
import { engineLike, isClose, pattern, quickInput, quickRecipe } from '../stylize/support.js';
import { repositoryRoot } from '../support/paths.js';

const reference = await createStylizer({ engine: 'reference' });
const onnx = await createStylizer({ threads: 1 });
test.after.always(() => {
  reference.dispose();
  onnx.dispose();
});

const [image, content, style] = [pattern(1), pattern(2), pattern(3, 36, 40)];
const quick = (input: RecipeInput = {}): RecipeInput =>
  quickInput({ totalVariation: 0.3, steps: 5, ...input });

for (const optimizer of ['lbfgs', 'adam'] as const) {
  test(`${optimizer}: the last point of the curve is the loss of the returned image`, async (t) => {
    const recipe = quick({ optimizer, steps: 30 });
    const { image: result, loss, steps } = await onnx.stylize(content, style, recipe);
    const { curve } = loss;
    t.is(steps, 30);
    t.true(result.data.every((value) => value >= 0 && value <= 1));
    t.deepEqual([loss.initial, loss.final], [curve[0], curve[20]]);
    t.is(curve.length, 21);
    t.is(curve[0].step, 0);
    t.is(curve[20].step, 30);
    for (const [i, point] of curve.entries()) {
      if (i > 0) t.true(point.step > curve[i - 1].step);
      t.true(
        isClose(
          point.total,
          Object.values(point.terms).reduce((a, b) => a + b),
          1e-5,
        ),
      );
    }
    for (const [point, at] of [
      [curve[20], result],
      [curve[0], content],
    ] as const) {
      const evaluation = await onnx.evaluate(at, content, style, recipe);
      t.true(isClose(point.total, evaluation.total, 1e-4));
      for (const name of ['style.gram', 'totalVariation'])
        t.true(isClose(point.terms[name], evaluation.terms[name], 1e-4), name);
      const [content1, content2] = [point, evaluation].map(({ terms }) => terms['content.features']);
      t.true(Math.abs(content1 - content2) <= 1e-4 * point.total);
    }
    t.true(curve[20].total < 0.6 * curve[0].total);
  });
}

test('both engines give similar results', async (t) => {
  const recipe = quick({ optimizer: 'adam', steps: 3 });
  const [expected, actual] = [
    await reference.stylize(content, style, recipe),
    await onnx.stylize(content, style, recipe),
  ];
  t.true(relativeDifference(actual.image.data, expected.image.data) < 1e-3);
  for (const [i, point] of expected.loss.curve.entries())
    t.true(isClose(actual.loss.curve[i].total, point.total, 1e-3));
});

test('images may have three or four dimensions; the same call gives the same bytes', async (t) => {
  const flat = ({ data, shape }: HostTensor): HostTensor => ({ data, shape: shape.slice(1) });
  const first = await onnx.stylize(content, style, quick());
  const second = await onnx.stylize(flat(content), flat(style), quick());
  t.deepEqual([...second.image.shape], [1, 32, 32, 3]);
  t.deepEqual(second.image, first.image);
  const value = await onnx.evaluate(flat(first.image), flat(content), style, quick());
  t.is(value.total, (await onnx.evaluate(first.image, content, flat(style), quick())).total);
});

test('the seed affects only the initial noise', async (t) => {
  const recipe = quick({ init: 'noise', steps: 1 });
  const run = (seed: number, given: RecipeInput) => stylize(content, style, given, { seed, threads: 1 });
  const [one, same, other] = [await run(1, recipe), await run(1, recipe), await run(2, recipe)];
  t.deepEqual(same.image, one.image);
  t.notDeepEqual(other.image, one.image);
  t.deepEqual((await run(1, quick({ steps: 1 }))).image, (await run(2, quick({ steps: 1 }))).image);
});

test('rejects a seed that is not a whole number', async (t) => {
  for (const seed of [Number.NaN, 1.5]) {
    const error = await t.throwsAsync(createStylizer({ seed }), { instanceOf: WildstyleError });
    t.is(error?.code, 'option-invalid');
    t.is(error?.message, `The seed must be a whole number, not ${seed}.`);
  }
});

test('a recipe may start from the style image, or from a mix', async (t) => {
  const sameSize = pattern(3);
  const fromStyle = await onnx.stylize(content, sameSize, quick({ init: 'style' }));
  t.true(fromStyle.loss.initial.terms['style.gram'] < 1e-8);
  const mixed = await onnx.stylize(content, sameSize, quick({ init: { content: 1, style: 1 } }));
  const middle = {
    data: content.data.map((value, i) => (value + sameSize.data[i]) / 2),
    shape: content.shape,
  };
  const expected = await onnx.evaluate(middle, content, sameSize, quick());
  t.true(isClose(mixed.loss.initial.total, expected.total, 1e-4));
  const error = await t.throwsAsync(onnx.stylize(content, style, quick({ init: 'style' })), {
    instanceOf: WildstyleError,
  });
  t.is(error?.code, 'shape-mismatch');
});

const gray = (...shape: number[]): HostTensor => ({
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  shape,
});

test('rejects images of the wrong shape with name and shape', async (t) => {
  const wrong: [HostTensor, RegExp][] = [
    [gray(32, 32), /content must have shape .* not shape \[32,32\]/],
    [gray(32, 32, 4), /not shape \[32,32,4\]/],
    [gray(2, 32, 32, 3), /not shape \[2,32,32,3\]/],
    [{ data: new Float32Array(10), shape: [32, 32, 3] }, /with 10 values\./],
    [{ data: new Float32Array(32 * 37.5 * 3), shape: [32, 37.5, 3] }, /not shape \[32,37\.5,3\]/],
    [gray(31, 40, 3), /content is 40 x 31 pixels; the network random needs at least 32/],
  ];
  for (const [bad, message] of wrong) {
    const error = await t.throwsAsync(onnx.stylize(bad, style, quick()), {
      instanceOf: WildstyleError,
      message,
    });
    t.is(error?.code, 'shape-mismatch');
  }
  await t.throwsAsync(onnx.stylize(content, gray(8, 8, 3), quick()), { message: /The style is 8 x 8/ });
  await t.throwsAsync(onnx.evaluate(style, content, style, quick()), {
    message: /The shape of the image is \[1,36,40,3\], but that of the content is \[1,32,32,3\]/,
  });
});

test('rejects an image with NaN values', async (t) => {
  const bad = { ...image, data: Float32Array.from(image.data).fill(Number.NaN, 7, 8) };
  for (const call of [onnx.evaluate(bad, content, style, quick()), onnx.stylize(bad, style, quick())]) {
    const error = await t.throwsAsync(call, {
      instanceOf: WildstyleError,
      message: /the value NaN at index 7;/,
    });
    t.is(error?.code, 'option-invalid');
  }
});

test('rejects invalid recipes with the path of the problem', async (t) => {
  const wrong = { network: 'random', steps: 0, style: { strength: -1 }, colour: true } as RecipeInput;
  for (const call of [onnx.stylize(content, style, wrong), onnx.evaluate(image, content, style, wrong)]) {
    const error = await t.throwsAsync(call, { instanceOf: WildstyleError });
    t.is(error?.code, 'option-invalid');
    for (const place of [/recipe\.steps/, /recipe\.style\.strength/, /colour/])
      t.regex(error?.message ?? '', place);
  }
  const misspelled = { network: 'randon', stile: {} } as unknown as RecipeInput;
  const error = await t.throwsAsync(onnx.stylize(content, style, misspelled), { instanceOf: WildstyleError });
  t.regex(error?.message ?? '', /recipe\.network: .*did you mean "random"/);
  t.regex(error?.message ?? '', /unknown key "stile"; did you mean "style"/);
  const unknown = quick({ content: { layers: ['relu6_1'] } });
  for (const call of [onnx.stylize(content, style, unknown), onnx.evaluate(image, content, style, unknown)]) {
    t.is((await t.throwsAsync(call, { instanceOf: WildstyleError }))?.code, 'layer-unknown');
  }
});

test('content and style values must be colors; values of the image need not be', async (t) => {
  const bytes: HostTensor = {
    data: content.data.map((value) => Math.round(255 * value)),
    shape: content.shape,
  };
  const holed: HostTensor = {
    data: content.data.map((value, i) => (i === 7 ? Number.NaN : value)),
    shape: content.shape,
  };
  const refused = async (call: Promise<unknown>, message: RegExp) => {
    const error = await t.throwsAsync(call, { instanceOf: WildstyleError, message });
    t.is(error?.code, 'option-invalid');
  };
  await refused(onnx.stylize(bytes, style, quick()), /The content has the value \d+ at index 0/);
  await refused(onnx.stylize(content, holed, quick()), /The style has the value NaN at index 7/);
  await refused(onnx.evaluate(image, content, bytes, quick()), /The style has the value/);
  const bright: HostTensor = { data: image.data.map((value) => value + 2), shape: image.shape };
  t.true((await onnx.evaluate(bright, content, style, quick())).total > 0);
});

test('a graph is compiled once for repeated evaluations', async (t) => {
  const engine = await createEngine('onnx', { threads: 1 });
  let compiled = 0;
  const counting = engineLike(engine, {
    compile: (...given) => {
      compiled++;
      return engine.compile(...given);
    },
  });
  const evaluator = new Evaluator(counting, new TargetCache(counting, 1e9));
  const weights = await random.loadWeights();
  const source = (key: string, tensor: HostTensor) => ({ key, tensor });
  const { spec, parameters } = asked(quickRecipe());
  const sources = { content: source('c', content), style: source('s', style) };
  const request = { spec, parameters, seed: 0, image, sources };
  const first = await evaluator.evaluate(request, weights);
  t.is(compiled, 3, 'two for the targets and one for the objective');
  const second = await evaluator.evaluate({ ...request, image: content }, weights);
  t.is(compiled, 3);
  t.true(second.terms['content.features'] < 1e-10 && first.terms['content.features'] > 0.01);
  evaluator.dispose();
  engine.dispose();
});

test('missing weights are an error with the file name', async (t) => {
  const options = { weights: '/nowhere/vgg19.safetensors' };
  for (const network of ['vgg19', 'auto'] as const) {
    const error = await t.throwsAsync(evaluate(image, content, style, { network }, options), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'weights-missing');
    t.regex(error?.message ?? '', /\/nowhere\/vgg19\.safetensors/);
  }
});

test('a weights file that the network does not read is an error; files by name are not', async (t) => {
  const file = join(repositoryRoot, 'weights', 'compact.safetensors');
  for (const network of ['random', 'auto'] as const) {
    const error = await t.throwsAsync(evaluate(image, content, style, { network }, { weights: file }), {
      instanceOf: WildstyleError,
    });
    t.is(error?.code, 'option-invalid');
    t.regex(error?.message ?? '', /compact\.safetensors would be ignored: no network in use/);
  }
  // A single file is for the network of the recipe, although several networks need one.
  for (const network of ['vgg19', 'vgg16'] as const) {
    const error = await t.throwsAsync(evaluate(image, content, style, { network }, { weights: file }));
    t.is((error as WildstyleError).code, 'weights-invalid');
  }
  const named = { weights: { vgg19: file, compact: file } };
  await t.notThrowsAsync(evaluate(image, content, style, { network: 'compact' }, named));
});

test('auto is compact', (t) => {
  t.is(resolveNetwork('auto'), 'compact');
  for (const name of networkNames) t.is(resolveNetwork(name), name);
});

test('concurrent evaluations of more shapes than cached graphs succeed', async (t) => {
  const shapes = [32, 36, 40, 44, 48, 52, 56].map((height) => pattern(2, height, 32));
  const evaluateAll = () =>
    Promise.all(shapes.map(async (at) => (await onnx.evaluate(at, at, style, quick())).total));
  const first = await evaluateAll();
  t.deepEqual(await evaluateAll(), first);
});
