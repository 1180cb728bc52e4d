/** Stages from coarse to fine, ending early, and the facts of an image. @module */
import test from 'ava';
import { createEngine } from '../../../src/engine/index.js';
import { optimizeFacts } from '../../../src/methods/optimize/facts.js';
import { OptimizeMaker } from '../../../src/methods/optimize/maker.js';
import { sourceName } from '../../../src/methods/optimize/stages.js';
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { createStylizer } from '../../../src/run/arrays/arrays.js';
import { disturbed, weights } from '../../stylize/requests.js';
import { isClose, pattern, quickInput, quickRecipe } from '../../stylize/support.js';

const engine = await createEngine('onnx', { threads: 1 });
const stylizer = await createStylizer({ threads: 1 });
test.after.always(() => stylizer.dispose());

const context = (on = engine) => ({
  engine: on,
  weights: async () => weights,
  batch: () => 1,
  graphBytes: 1e10,
  now: () => 0,
});
const [content, style] = [pattern(1, 64, 64), pattern(2, 64, 64)];
const sources = {
  [sourceName.content(0)]: { key: 'c', tensor: content },
  [sourceName.style(0)]: { key: 's', tensor: style },
};
const quick = (input: RecipeInput = {}) => quickRecipe({ optimizer: 'adam', steps: 5, ...input });

test('stages run from coarse to fine, and each starts from the previous result', async (t) => {
  const recipe = quickInput({ optimizer: 'adam', size: 64, steps: 3, stages: [{ scale: 0.5, steps: 20 }] });
  const { image, loss, steps, evaluations } = await stylizer.stylize(content, style, recipe);
  t.deepEqual([...image.shape], [1, 64, 64, 3]);
  t.is(steps, 23);
  t.is(evaluations, 21 + 4);
  t.deepEqual(loss.curve.map(({ step }) => step).slice(-5), [20, 20, 21, 22, 23]);
  // The second stage starts from the result of the first, not from the content.
  const fine = await stylizer.stylize(content, style, { ...recipe, stages: [] });
  t.true(loss.curve[21].total < 0.8 * fine.loss.initial.total);
  const { total } = await stylizer.evaluate(image, content, style, recipe);
  t.true(isClose(loss.final.total, total, 1e-4));
});

test('ending an optimization early returns the current image at full size', async (t) => {
  const finish = new AbortController();
  const seen: number[] = [];
  const onStep = (step: number) => {
    seen.push(step);
    if (step === 2) finish.abort();
  };
  const maker = new OptimizeMaker(context());
  const watch = { onStep, finish: finish.signal };
  const recipeOf = (steps: number) => quick({ optimizer: 'lbfgs', steps });
  const { image, facts } = await maker.make({ recipe: recipeOf(5), sources, seed: 0, watch });
  t.is(facts.steps, 3);
  t.deepEqual(seen, [0, 1, 2, 3]);
  const whole = await maker.make({ recipe: recipeOf(3), sources, seed: 0 });
  t.deepEqual(image, whole.image);

  const early = new AbortController();
  early.abort();
  const recipe = quickInput({ size: 64, steps: 3, stages: [{ scale: 0.5, steps: 20 }] });
  const coarse = await stylizer.stylize(content, style, recipe, { finish: early.signal });
  t.deepEqual([...coarse.image.shape], [1, 64, 64, 3]);
  t.is(coarse.steps, 0);
  maker.dispose();
});

test('the applied recipe has the learning rate of the attempt that succeeded', async (t) => {
  const maker = new OptimizeMaker(context(disturbed(engine, (step) => (step === 2 ? [0] : []))));
  const { applied, facts } = await maker.make({ recipe: quick(), sources, seed: 0 });
  t.is(facts.restarts, 1);
  t.is(applied.learningRate, 0.02 * 0.3);
  t.deepEqual({ ...applied, learningRate: 0.02 }, quick());
  maker.dispose();
});

test('the facts match their schema', async (t) => {
  const maker = new OptimizeMaker(context());
  const { facts } = await maker.make({ recipe: quick(), sources, seed: 0 });
  t.deepEqual(optimizeFacts.parse(facts), facts);
  t.deepEqual(Object.keys(facts.loss.final.terms), ['content.features', 'style.gram', 'totalVariation']);
  t.is(facts.network.name, 'random');
  maker.dispose();
});
