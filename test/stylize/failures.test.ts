/** Failures: an item that fails must not affect the others. @module */
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import type { StylizeRequest } from '../../src/stylize/stylizer.js';
import { asked, disturbed, isStep, onnx, request, stylizerOn } from './requests.js';
import { engineLike, pattern, quickRecipe } from './support.js';

test('an item whose loss is NaN restarts once with a lower learning rate and succeeds', async (t) => {
  const undisturbed = stylizerOn(onnx);
  const [item, neighbor] = [request(1, 11, { optimizer: 'adam' }), request(2, 12, { optimizer: 'adam' })];
  const stylizer = stylizerOn(disturbed(onnx, (step) => (step === 2 ? [0] : [])));
  const [restarted, other] = await Promise.all([stylizer.stylize(item), stylizer.stylize(neighbor)]);
  t.is(restarted.restarts, 1);
  t.is(restarted.learningRate, 0.02 * 0.3);
  t.is(restarted.steps, 4);
  t.is(restarted.evaluations, 3 + 5);
  t.is(restarted.curve.length, 5);
  const gentle = await undisturbed.stylize({
    ...item,
    ...asked(quickRecipe({ optimizer: 'adam', learningRate: 0.02 * 0.3 })),
  });
  t.deepEqual(restarted.image, gentle.image);
  t.deepEqual(restarted.curve, gentle.curve);
  t.deepEqual(other, await undisturbed.stylize(neighbor));
});

test('an item whose loss is NaN again after its restart fails without affecting the others', async (t) => {
  const undisturbed = stylizerOn(onnx);
  const items = [request(1, 11), request(2, 12), request(3, 11), request(3, 12), request(1, 12)];
  // The second item has row 1 until it fails. Then the fourth item takes over the row.
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

test('steps that are far too large cause an error', async (t) => {
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

test('a strength near zero does not count as divergence', async (t) => {
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

test('content and style can be the same image', async (t) => {
  const stylizer = stylizerOn(onnx);
  for (const optimizer of ['adam', 'lbfgs'] as const) {
    const { image, restarts } = await stylizer.stylize(request(1, 1, { optimizer, steps: 10 }));
    t.is(restarts, 0);
    t.true(image.data.every(Number.isFinite));
  }
});

test('aborting an item rejects it before its first step and has no effect afterwards', async (t) => {
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
  while (stylizer.totals.steps === 0) await new Promise((resolve) => setImmediate(resolve));
  later.abort(reason);
  running.abort(reason);
  const [first, second, third, fourth] = await results;
  t.is(first.status, 'fulfilled');
  t.is(fourth.status, 'fulfilled');
  t.deepEqual(second, { status: 'rejected', reason });
  t.deepEqual(third, { status: 'rejected', reason });
});

test('a failed compilation rejects the items waiting for it, and later items retry it', async (t) => {
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

test('an engine failure in a step rejects the items of that batch, and later items get a new batch', async (t) => {
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

test("rejects an initial image whose shape differs from the content's, without affecting other items", async (t) => {
  const stylizer = stylizerOn(onnx);
  const misfit: StylizeRequest = { ...request(1, 11), initial: pattern(1, 32, 40) };
  const [refused, made] = await Promise.allSettled([
    stylizer.stylize(misfit),
    stylizer.stylize(request(2, 11)),
  ]);
  t.is(made.status, 'fulfilled');
  t.is(refused.status, 'rejected');
  if (refused.status === 'rejected') {
    t.is(refused.reason.code, 'shape-mismatch');
    t.is(
      refused.reason.message,
      'The shape of the initial image is [1,32,40,3], but that of the content is [1,32,32,3].',
    );
  }
});

test('rejects an unknown layer before compiling anything', async (t) => {
  const stylizer = stylizerOn(engineLike(onnx, { compile: () => t.fail() as never }));
  const error = await t.throwsAsync(
    async () => stylizer.stylize(request(1, 11, { style: { layers: ['relu7_1'] } })),
    { instanceOf: WildstyleError },
  );
  t.is(error?.code, 'layer-unknown');
});
