/** Batching: items that are optimized together must not affect each other. @module */
import test from 'ava';
import { toPixels } from '../../src/images/tensor.js';
import type { Stylized, StylizeRequest, Stylizer } from '../../src/stylize/stylizer.js';
import { disturbed, isStep, onnx, request, source, stylizerOn } from './requests.js';
import { engineLike } from './support.js';

const pixelsOf = ({ image }: Stylized): Uint8Array => toPixels(image.data, image.shape).data;

/** Seven items with different strengths and step counts. */
const seven = (optimizer: 'lbfgs' | 'adam' = 'lbfgs'): StylizeRequest[] =>
  [5, 2, 9, 4, 1, 7, 3].map((steps, i) =>
    request(1 + (i % 3), 11 + (i % 2), {
      optimizer,
      steps,
      style: { strength: 1 + 4 * i },
      totalVariation: i % 2 === 0 ? 0.1 : 0,
      init: 'content',
    }),
  );

for (const optimizer of ['lbfgs', 'adam'] as const) {
  test(`${optimizer}: items in a shared batch are bit-identical to items optimized alone`, async (t) => {
    const items = seven(optimizer);
    const stylizer = stylizerOn(onnx);
    const together = await Promise.all(items.map((item) => stylizer.stylize(item)));
    const lonely = stylizerOn(onnx);
    for (const [i, item] of items.entries()) {
      const alone = await lonely.stylize(item);
      t.deepEqual(pixelsOf(together[i]), pixelsOf(alone), `item ${i}`);
      t.deepEqual(together[i], alone, `item ${i}`);
      t.is(alone.steps, item.steps);
      t.deepEqual(
        alone.curve.map(({ step }) => step),
        Array.from({ length: item.steps + 1 }, (_, step) => step),
      );
      t.true(alone.evaluations > item.steps);
      t.is(alone.restarts, 0);
    }
    stylizer.dispose();
    lonely.dispose();
  });
}

test("Adam's steps shrink toward the end, so that the delivered image is not a noisy one", async (t) => {
  const stylizer = stylizerOn(onnx);
  const [first, before, last] = await Promise.all(
    [1, 19, 20].map((steps) => {
      const finish = new AbortController();
      const onStep = (step: number) => {
        if (step === steps - 1) finish.abort();
      };
      return stylizer.stylize({
        ...request(1, 11, { optimizer: 'adam', steps: 20 }),
        watch: { onStep, finish: finish.signal },
      });
    }),
  );
  t.deepEqual([first.steps, before.steps, last.steps], [1, 19, 20]);
  const moved = (a: Stylized, data: Float32Array) =>
    Math.max(...a.image.data.map((value, i) => Math.abs(value - data[i])));
  t.true(moved(last, before.image.data) < 0.05 * moved(first, request(1, 11).initial.data));
  stylizer.dispose();
});

test('an item requested while others run joins their batch', async (t) => {
  let steps = 0;
  let late: Promise<Stylized> | undefined;
  const stylizer: Stylizer = stylizerOn(
    disturbed(onnx, () => {
      if (++steps === 3) late = stylizer.stylize(seven()[1]);
      return [];
    }),
  );
  const early = await stylizer.stylize(seven()[2]);
  const alone = stylizerOn(onnx);
  t.deepEqual(early, await alone.stylize(seven()[2]));
  t.deepEqual(await late, await alone.stylize(seven()[1]));
  // The late item finishes its three evaluations during the ten of the first item.
  t.true(steps <= early.evaluations + 1);
});

test('items with other shapes and recipes run in their own batches', async (t) => {
  const wide = source(4, 32, 40);
  const items: StylizeRequest[] = [
    request(1, 11),
    { ...request(1, 11), sources: { content: wide, style: source(12, 36, 32) }, initial: wide.tensor },
    request(2, 11, { optimizer: 'adam' }),
    request(3, 11, { pooling: 'average' }),
    request(2, 12),
  ];
  const stylizer = stylizerOn(onnx, 2);
  const results = await Promise.all(items.map((item) => stylizer.stylize(item)));
  const lonely = stylizerOn(onnx, 2);
  for (const [i, item] of items.entries()) {
    t.deepEqual(results[i], await lonely.stylize(item));
    t.deepEqual([...results[i].image.shape], [...item.initial.shape]);
  }
});

test('compiles each graph once and computes the targets of each image once', async (t) => {
  const compiled: string[] = [];
  const runs = new Map<string, number>();
  const counting = engineLike(onnx, {
    async compile(fn, inputs, constants) {
      const graph = await onnx.compile(fn, inputs, constants);
      const kind = isStep(inputs)
        ? 'step'
        : Object.keys(graph.outputs).some((name) => name.startsWith('content'))
          ? 'content'
          : 'style';
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
  // All pairs of three contents and two styles, then two of the pairs again.
  const pairs = [1, 2, 3].flatMap((content) => [11, 12].map((style) => request(content, style)));
  await Promise.all(pairs.map((item) => stylizer.stylize(item)));
  await Promise.all(pairs.slice(0, 2).map((item) => stylizer.stylize({ ...item, steps: 1 })));
  t.deepEqual(compiled.toSorted(), ['content', 'step', 'style']);
  t.is(runs.get('content'), 3);
  t.is(runs.get('style'), 2);
  t.is(stylizer.totals.steps, 6 * 5 + 2 * 2);
});

test('keeps the graphs of many shapes within the memory limit, including filters', async (t) => {
  let [alive, most] = [0, 0];
  const counting = engineLike(onnx, {
    async compile(fn, inputs, constants) {
      const graph = await onnx.compile(fn, inputs, constants);
      most = Math.max(most, ++alive);
      return {
        outputs: graph.outputs,
        run: (values) => graph.run(values),
        dispose: () => {
          alive--;
          graph.dispose();
        },
      };
    },
  });
  const items = [32, 36, 40, 44, 48, 52, 56, 60].map((width): StylizeRequest => {
    const content = source(1, 32, width);
    return {
      ...request(1, 11, { steps: 1 }),
      sources: { content, style: source(11) },
      initial: content.tensor,
    };
  });
  // Fits two step graphs, with 7 MB of filters and 8 to 14 MB of features each, and one target graph.
  const narrow = stylizerOn(counting, 3, 6.2e7);
  const ample = stylizerOn(onnx);
  for (const item of items) t.deepEqual(await narrow.stylize(item), await ample.stylize(item));
  t.true(alive >= 2 && alive <= 3, `${alive} are kept`);
  t.true(most <= 5, `${most} at once`);
  narrow.dispose();
  t.is(alive, 0);
  ample.dispose();
});
