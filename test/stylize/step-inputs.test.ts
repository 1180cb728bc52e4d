/** Terms that read several sources, and terms that draw random numbers at every step. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine } from '../../src/engine/index.js';
import { Evaluator } from '../../src/stylize/evaluate.js';
import { networks } from '../../src/stylize/networks/index.js';
import type { Optimizer } from '../../src/stylize/optimizers/optimizer.js';
import { type NamedTerm, type Spec, specOf } from '../../src/stylize/spec.js';
import { drawStepInput, stepInputsOf } from '../../src/stylize/step-inputs.js';
import { Stylizer } from '../../src/stylize/stylizer.js';
import { TargetCache } from '../../src/stylize/targets.js';
import { pixels, type Target, type Term } from '../../src/stylize/terms/term.js';
import { onnx, source, weights } from './requests.js';
import { isClose, mean, meanSquaredDifference } from './support.js';

/** Pulls the image toward a blend of the content and the style's mean color. The blend's `share` is drawn at each step. */
const drawnBlend: Term = {
  layers: [pixels],
  sources: ['content', 'style'],
  parts: ['blend'],
  // Draws one number per item, but computes its shape from those of the layers.
  stepInputs: (shapes) => ({ share: { shape: [1, 1, shapes[pixels][3] - 2], kind: 'uniform' } }),
  target(role, features): Target {
    if (role === 'style') return { values: { color: tf.mean(features[pixels], [1, 2], true) }, scales: {} };
    return { values: { image: features[pixels] }, scales: { blend: tf.fill([1], 2) } };
  },
  value(features, { content, style }, { drawn: { share } }) {
    const wanted = tf.add(
      tf.mul(content?.image as tf.Tensor, share as tf.Tensor),
      tf.mul(style?.color as tf.Tensor, tf.sub(1, share as tf.Tensor)),
    );
    return { blend: tf.mean(tf.squaredDifference(features[pixels], wanted), [1, 2, 3]) };
  },
};

const base = specOf({
  network: 'random',
  pooling: 'max',
  optimizer: { name: 'adam' },
  terms: { totalVariation: { role: 'content', layers: [pixels] } },
});
const term: NamedTerm = { name: 'blend', term: drawnBlend, key: 'blend' };
const spec: Spec = { ...base, terms: [term], key: 'drawn blend' };
const parameters = {
  weights: { blend: { blend: 3 } },
  numbers: {},
  learningRate: 0.02,
  momentum: 0,
  average: 0,
  decay: 'none',
  plateau: 0,
} as const;
const request = (seed: number, steps = 4) => {
  const content = source(1);
  return { spec, parameters, steps, seed, sources: { content, style: source(11) }, initial: content.tensor };
};
const stylizerOf = (batch: number) =>
  new Stylizer(onnx, { batch: () => batch, weights: async () => weights, graphBytes: 1e10, now: () => 0 });

const [inputName = ''] = Object.keys(stepInputsOf(spec, [1, 32, 32, 3]));
const shareOf = (seed: number, step: number): number =>
  drawStepInput(inputName, { shape: [1, 1, 1], kind: 'uniform' }, seed, step)[0];

/** The value of the term in double precision. */
function plainBlend(image: ArrayLike<number>, seed: number, step: number): number {
  const [content, style] = [source(1).tensor.data, source(11).tensor.data];
  const color = [0, 1, 2].map((c) => mean(style.filter((_, i) => i % 3 === c)));
  const share = shareOf(seed, step);
  const wanted = Array.from(content, (value, i) => value * share + color[i % 3] * (1 - share));
  return meanSquaredDifference(image, wanted);
}

test('a term can read several sources and numbers drawn for the step', async (t) => {
  const engines = [await createEngine('reference'), onnx];
  const image = source(2).tensor;
  for (const engine of engines) {
    const evaluator = new Evaluator(engine, new TargetCache(engine, 1e9));
    const { total, terms, parts } = await evaluator.evaluate({ ...request(7), image }, weights);
    const expected = plainBlend(image.data, 7, 0);
    t.is(parts.length, 1);
    t.like(parts[0], { term: 'blend', part: 'blend', scale: 2, weight: 3 });
    t.true(isClose(parts[0].unscaled, expected, 1e-5));
    t.true(isClose(total, (3 * expected) / 2, 1e-5));
    t.is(terms.blend, total);
    evaluator.dispose();
  }
});

test('the numbers of a step depend only on seed, name and step', async (t) => {
  t.is(new Set([shareOf(7, 0), shareOf(7, 1), shareOf(8, 0)]).size, 3);
  const stylizer = stylizerOf(3);
  const together = await Promise.all(
    [request(7), request(8, 2), request(9), request(10)].map((r) => stylizer.stylize(r)),
  );
  const lonely = stylizerOf(1);
  for (const [i, seed] of [7, 8, 9, 10].entries()) {
    const alone = await lonely.stylize(request(seed, seed === 8 ? 2 : 4));
    t.deepEqual(together[i].image, alone.image, `seed ${seed}`);
    t.deepEqual(together[i].curve, alone.curve);
  }
  t.notDeepEqual(together[0].image, together[2].image);
  // The first image is the content, the last one is the result. Each uses the share of its own step.
  const { curve, image } = together[0];
  t.true(isClose(curve[0].total, 1.5 * plainBlend(source(1).tensor.data, 7, 0), 1e-5));
  t.true(isClose(curve[4].total, 1.5 * plainBlend(image.data, 7, 4), 1e-4));
  stylizer.dispose();
  lonely.dispose();
});

test('an optimizer that compares steps keeps the numbers, and starts from scratch when they change', async (t) => {
  /** Brightens the image in its first step only. */
  const optimizer: Optimizer = {
    defaults: { learningRate: 1, decay: 'none' },
    numbers: ['learningRate'],
    steadySteps: 3,
    state: ([batch]) => ({ started: [batch, 1, 1, 1] }),
    step: ({ image, state, numbers: { learningRate } }) => ({
      image: tf.add(image, tf.mul(0.01, tf.sub(1, state.started))),
      accepted: tf.onesLike(learningRate),
      state: { started: tf.onesLike(state.started) },
    }),
    advance: (_, produced) => produced,
  };
  const stylizer = stylizerOf(1);
  const steady: Spec = { ...spec, optimizer, key: 'steady' };
  const { image, curve } = await stylizer.stylize({ ...request(7, 5), spec: steady });
  stylizer.dispose();
  const { data } = source(1).tensor;
  for (const [step, drawnStep, brighter] of [
    [0, 0, 0],
    [2, 0, 0.01],
    [3, 3, 0.01],
    [5, 3, 0.02],
  ]) {
    const seen = data.map((value) => value + brighter);
    const expected = 1.5 * plainBlend(seen, 7, drawnStep);
    t.true(isClose(curve[step].total, expected, 1e-4), `step ${step}: ${curve[step].total} for ${expected}`);
  }
  t.true(isClose(mean(image.data), mean(data) + 0.02, 1e-5));
});

test('normally distributed numbers have mean 0 and variance 1', (t) => {
  const drawn = drawStepInput('x', { shape: [100, 100], kind: 'normal' }, 3, 0);
  t.is(drawn.length, 10_000);
  t.true(Math.abs(mean(drawn)) < 0.03);
  t.true(Math.abs(mean(drawn.map((value) => value ** 2)) - 1) < 0.05);
});

test('networks predict the shapes of their layers', async (t) => {
  for (const layer of networks.random.layers) {
    const compiled = await onnx.compile(
      ({ image }, given) => networks.random.features(image as tf.Tensor4D, given, [layer], 'max') as never,
      { image: [2, 50, 36, 3] },
      weights,
    );
    t.deepEqual(networks.random.shapeAt(layer, [2, 50, 36, 3]), [...compiled.outputs[layer]], layer);
    compiled.dispose();
  }
});
