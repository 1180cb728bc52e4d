/** Items that are optimised together: none may notice the others, whatever happens to them. @module */
import test from 'ava';
import { createEngine, type Engine, type HostTensor } from '../../src/engine/index.js';
import { WildstyleError } from '../../src/errors.js';
import { toPixels } from '../../src/images/tensor.js';
import { random } from '../../src/stylize/networks/random.js';
import type { RecipeInput } from '../../src/stylize/recipe.js';
import { lossParts, stepName } from '../../src/stylize/step.js';
import { type Stylized, type StylizeRequest, Stylizer } from '../../src/stylize/stylizer.js';
import { engineLike, pattern, quickRecipe } from './support.js';

const onnx = await createEngine('onnx', { threads: 1 });
const weights = await random.loadWeights();

const stylizerOn = (engine: Engine, batch = 3): Stylizer =>
  new Stylizer(engine, { batch, weights: async () => weights, now: () => 0 });

const source = (seed: number, height?: number, width?: number) => ({
  key: `${seed};${height};${width}`,
  tensor: pattern(seed, height, width),
});

/** Content and style by number. */
function request(content: number, style: number, recipe: RecipeInput = {}): StylizeRequest {
  const image = source(content);
  return { recipe: quickRecipe(recipe), content: image, style: source(style), initial: image.tensor };
}

const pixelsOf = ({ image }: Stylized): Uint8Array => toPixels(image.data, image.shape).data;
const isStep = (inputs: object): boolean => stepName.learningRate in inputs;

/** An engine that calls back before each step with its number and may change rows of the losses after it. */
function disturbed(engine: Engine, rowsOfNaN: (step: number) => readonly number[]): Engine {
  let step = 0;
  return engineLike(engine, {
    async compile(fn, inputs, constants) {
      const compiled = await engine.compile(fn, inputs, constants);
      if (!isStep(inputs)) return compiled;
      return {
        outputs: compiled.outputs,
        dispose: () => compiled.dispose(),
        async run(values) {
          const results = await compiled.run(values);
          for (const row of rowsOfNaN(step)) {
            for (const part of lossParts)
              engine.assign(results[stepName.loss(part)], row, Float32Array.of(Number.NaN));
          }
          step++;
          return results;
        },
      };
    },
  });
}

/** Seven items with strengths, step counts and optimisations of different lengths. */
const seven: StylizeRequest[] = [5, 2, 9, 4, 1, 7, 3].map((steps, i) =>
  request(1 + (i % 3), 11 + (i % 2), {
    steps,
    style: { strength: 1 + 4 * i },
    totalVariation: i % 2 === 0 ? 0.1 : 0,
    init: 'content',
  }),
);

for (const optimizer of ['lbfgs', 'adam'] as const) {
  test(`${optimizer}: items that share a running batch become what they become alone, to the bit`, async (t) => {
    const items = seven.map((item) => ({ ...item, recipe: { ...item.recipe, optimizer } }));
    const stylizer = stylizerOn(onnx);
    const together = await Promise.all(items.map((item) => stylizer.stylize(item)));
    const lonely = stylizerOn(onnx);
    for (const [i, item] of items.entries()) {
      const alone = await lonely.stylize(item);
      t.deepEqual(pixelsOf(together[i]), pixelsOf(alone), `item ${i}`);
      t.deepEqual(together[i], alone, `item ${i}`);
      t.is(alone.steps, item.recipe.steps);
      t.deepEqual(
        alone.curve.map(({ step }) => step),
        Array.from({ length: item.recipe.steps + 1 }, (_, step) => step),
      );
      t.true(alone.evaluations > item.recipe.steps);
      t.is(alone.restarts, 0);
    }
    stylizer.dispose();
    lonely.dispose();
  });
}

test('an item that is asked for while others run joins them', async (t) => {
  let steps = 0;
  let late: Promise<Stylized> | undefined;
  const stylizer: Stylizer = stylizerOn(
    disturbed(onnx, () => {
      if (++steps === 3) late = stylizer.stylize(seven[1]);
      return [];
    }),
  );
  const early = await stylizer.stylize(seven[2]);
  const alone = stylizerOn(onnx);
  t.deepEqual(early, await alone.stylize(seven[2]));
  t.deepEqual(await late, await alone.stylize(seven[1]));
  // Ten evaluations of the first, during which the late one had its three.
  t.true(steps <= early.evaluations + 1);
});

test('items of other shapes and recipes take their turn in batches of their own', async (t) => {
  const wide = source(4, 32, 40);
  const items: StylizeRequest[] = [
    request(1, 11),
    { recipe: quickRecipe(), content: wide, style: source(12, 36, 32), initial: wide.tensor },
    request(2, 11, { optimizer: 'adam' }),
    request(3, 11, { pooling: 'average' }),
    request(2, 12),
  ];
  const stylizer = stylizerOn(onnx, 2);
  const results = await Promise.all(items.map((item) => stylizer.stylize(item)));
  const lonely = stylizerOn(onnx, 2);
  for (const [i, item] of items.entries()) {
    t.deepEqual(results[i], await lonely.stylize(item));
    t.deepEqual([...results[i].image.shape], [...item.content.tensor.shape]);
  }
});

test('graphs are compiled once, and targets computed once for an image', async (t) => {
  const compiled: string[] = [];
  const runs = new Map<string, number>();
  const counting = engineLike(onnx, {
    async compile(fn, inputs, constants) {
      const graph = await onnx.compile(fn, inputs, constants);
      const kind = isStep(inputs)
        ? 'step'
        : Object.keys(graph.outputs).some((name) => name.startsWith('style'))
          ? 'style'
          : 'content';
      compiled.push(kind);
      return {
        outputs: graph.outputs,
        dispose: () => graph.dispose(),
        run(values) {
          runs.set(kind, (runs.get(kind) ?? 0) + 1);
          return graph.run(values);
        },
      };
    },
  });
  const stylizer = stylizerOn(counting);
  // Three contents, two styles, all pairs; then two of them again.
  const pairs = [1, 2, 3].flatMap((content) => [11, 12].map((style) => request(content, style)));
  await Promise.all(pairs.map((item) => stylizer.stylize(item)));
  await Promise.all(
    pairs.slice(0, 2).map((item) => stylizer.stylize({ ...item, recipe: quickRecipe({ steps: 1 }) })),
  );
  t.deepEqual(compiled.toSorted(), ['content', 'step', 'style']);
  t.is(runs.get('content'), 3);
  t.is(runs.get('style'), 2);
  t.is(stylizer.stepsMade, 6 * 5 + 2 * 2);
});

test('an item whose loss is no number begins again once, with smaller steps, and then succeeds', async (t) => {
  const undisturbed = stylizerOn(onnx);
  const [item, neighbour] = [request(1, 11, { optimizer: 'adam' }), request(2, 12, { optimizer: 'adam' })];
  const stylizer = stylizerOn(disturbed(onnx, (step) => (step === 2 ? [0] : [])));
  const [restarted, other] = await Promise.all([stylizer.stylize(item), stylizer.stylize(neighbour)]);
  t.is(restarted.restarts, 1);
  t.is(restarted.steps, 4);
  t.is(restarted.evaluations, 3 + 5);
  t.is(restarted.curve.length, 5);
  const gentle = await undisturbed.stylize({
    ...item,
    recipe: quickRecipe({ optimizer: 'adam', learningRate: 0.02 * 0.3 }),
  });
  t.deepEqual(restarted.image, gentle.image);
  t.deepEqual(restarted.curve, gentle.curve);
  t.deepEqual(other, await undisturbed.stylize(neighbour));
});

test('an item whose loss stays no number fails, and leaves the others unharmed', async (t) => {
  const undisturbed = stylizerOn(onnx);
  const items = [request(1, 11), request(2, 12), request(3, 11), request(3, 12), request(1, 12)];
  // Row 1 belongs to the second item until it fails; the fourth item then takes it over.
  const stylizer = stylizerOn(disturbed(onnx, (step) => (step === 1 || step === 2 ? [1] : [])));
  const results = await Promise.allSettled(items.map((item) => stylizer.stylize(item)));
  for (const [i, result] of results.entries()) {
    if (i === 1) continue;
    t.is(result.status, 'fulfilled');
    if (result.status === 'fulfilled')
      t.deepEqual(result.value, await undisturbed.stylize(items[i]), `item ${i}`);
  }
  const failed = results[1];
  t.is(failed.status, 'rejected');
  if (failed.status === 'rejected') {
    t.true(failed.reason instanceof WildstyleError);
    t.is(failed.reason.code, 'loss-diverged');
    t.regex(failed.reason.message, /to NaN at step/);
  }
});

test('steps that are much too large are an error, not an image', async (t) => {
  const stylizer = stylizerOn(onnx);
  const wild = request(1, 11, {
    optimizer: 'adam',
    learningRate: 10,
    style: { strength: 0.1 },
    steps: 20,
    init: 'content',
  });
  const error = await t.throwsAsync(stylizer.stylize(wild), { instanceOf: WildstyleError });
  t.is(error?.code, 'loss-diverged');
  t.regex(error?.cure ?? '', /learningRate/);
});

test('a strength near zero is no divergence', async (t) => {
  const stylizer = stylizerOn(onnx);
  for (const optimizer of ['adam', 'lbfgs'] as const) {
    for (const strength of [1e-2, 1e-4, 0]) {
      const { restarts, curve } = await stylizer.stylize(
        request(1, 11, { optimizer, style: { strength }, steps: 10 }),
      );
      t.is(restarts, 0);
      t.true(curve[curve.length - 1].total < 0.2);
    }
  }
});

test('content and style may be one image', async (t) => {
  const stylizer = stylizerOn(onnx);
  for (const optimizer of ['adam', 'lbfgs'] as const) {
    const { image, restarts } = await stylizer.stylize(request(1, 1, { optimizer, steps: 10 }));
    t.is(restarts, 0);
    t.true(image.data.every(Number.isFinite));
  }
});

test('an item that is aborted before its first step rejects with the reason; one that runs is finished', async (t) => {
  const stylizer = stylizerOn(onnx, 1);
  const [never, later, running] = [new AbortController(), new AbortController(), new AbortController()];
  const reason = new Error('the window is over');
  never.abort(reason);
  const results = Promise.allSettled([
    stylizer.stylize(request(1, 11), running.signal),
    stylizer.stylize(request(2, 11), never.signal),
    stylizer.stylize(request(3, 11), later.signal),
    stylizer.stylize(request(2, 12)),
  ]);
  while (stylizer.stepsMade === 0) await new Promise((resolve) => setImmediate(resolve));
  later.abort(reason);
  running.abort(reason);
  const [first, second, third, fourth] = await results;
  t.is(first.status, 'fulfilled');
  t.is(fourth.status, 'fulfilled');
  t.deepEqual(second, { status: 'rejected', reason });
  t.deepEqual(third, { status: 'rejected', reason });
});

test('a graph that cannot be compiled fails those that wait for it, and is tried again for others', async (t) => {
  for (const failing of ['step', 'targets']) {
    let failures = 0;
    const stylizer = stylizerOn(
      engineLike(onnx, {
        compile(fn, inputs, constants) {
          if (isStep(inputs) === (failing === 'step') && failures++ === 0)
            throw new WildstyleError('engine-failed', 'no memory');
          return onnx.compile(fn, inputs, constants);
        },
      }),
    );
    const waiting = await Promise.allSettled(
      [request(1, 11), request(1, 11)].map((item) => stylizer.stylize(item)),
    );
    for (const result of waiting) {
      t.is(result.status, 'rejected');
      if (result.status === 'rejected') t.is(result.reason.message, 'no memory');
    }
    t.deepEqual(await stylizer.stylize(request(1, 11)), await stylizerOn(onnx).stylize(request(1, 11)));
  }
});

test('an engine that fails in a step fails the items of that batch; later ones get a new one', async (t) => {
  let runs = 0;
  const stylizer = stylizerOn(
    disturbed(onnx, () => {
      if (++runs === 2) throw new WildstyleError('engine-failed', 'the device is gone');
      return [];
    }),
    2,
  );
  const items = [request(1, 11), request(2, 11), request(3, 11)];
  const [first, second, third] = await Promise.allSettled(items.map((item) => stylizer.stylize(item)));
  for (const result of [first, second]) {
    t.is(result.status, 'rejected');
    if (result.status === 'rejected') t.is(result.reason.code, 'engine-failed');
  }
  t.is(third.status, 'fulfilled');
  if (third.status === 'fulfilled') t.deepEqual(third.value, await stylizerOn(onnx, 2).stylize(items[2]));
});

test('an initial image of another shape than the content is refused, and harms nobody', async (t) => {
  const stylizer = stylizerOn(onnx);
  const misfit: StylizeRequest = { ...request(1, 11), initial: pattern(1, 32, 40) as HostTensor };
  const [refused, made] = await Promise.allSettled([
    stylizer.stylize(misfit),
    stylizer.stylize(request(2, 11)),
  ]);
  t.is(made.status, 'fulfilled');
  t.is(refused.status, 'rejected');
  if (refused.status === 'rejected') {
    t.is(refused.reason.code, 'shape-mismatch');
    t.is(refused.reason.message, 'The initial image is [1,32,40,3], the content [1,32,32,3].');
  }
});

test('a layer that the network does not have is refused before anything is compiled', async (t) => {
  const stylizer = stylizerOn(engineLike(onnx, { compile: () => t.fail() as never }));
  const error = await t.throwsAsync(stylizer.stylize(request(1, 11, { style: { layers: ['relu7_1'] } })), {
    instanceOf: WildstyleError,
  });
  t.is(error?.code, 'layer-unknown');
});
