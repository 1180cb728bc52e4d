/** Several steps in one run lead to the same results as single steps. @module */
import test from 'ava';
import { createEngine, type Engine } from '../../src/engine/index.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import type { Stylized } from '../../src/stylize/stylizer.js';
import { disturbed, onnx, request, stylizerOn } from './requests.js';
import { engineLike } from './support.js';

const repeating = await createEngine('onnx', { threads: 1, repeats: true });

/** The results of items with different numbers of steps, which join and leave a batch. */
async function results(
  engine: Engine,
  recipe: RecipeInput,
  steps = [11, 3, 8, 1, 13],
  batch = 2,
): Promise<Stylized[]> {
  const stylizer = stylizerOn(engine, batch);
  const items = steps.map((count, i) => request(1 + (i % 3), 11, { ...recipe, steps: count }));
  const made = await Promise.all(items.map((item) => stylizer.stylize(item)));
  stylizer.dispose();
  return made;
}

/** The mean difference of two images. */
function difference(actual: Stylized, expected: Stylized): number {
  const { data } = expected.image;
  return actual.image.data.reduce((sum, value, i) => sum + Math.abs(value - data[i]), 0) / data.length;
}

/** Losses that choose among places amplify the last digits, so that only a few steps can be compared. */
const few = [3, 1, 2, 1];

const recipes: Readonly<Record<string, RecipeInput>> = {
  'L-BFGS': { optimizer: 'lbfgs' },
  'L-BFGS with a learning rate that falls and rejected trials': {
    optimizer: 'lbfgs',
    learningRate: 3,
    decay: 'cosine',
  },
  Adam: { optimizer: 'adam' },
  'Adam, averaged': { optimizer: 'adam', average: 0.9 },
  'a plateau': { optimizer: 'adam', learningRate: 1e-6, plateau: 0.5 },
  'numbers drawn at every step': { optimizer: 'adam', style: { loss: 'slicedWasserstein' } },
  'numbers drawn every 32 steps': { optimizer: 'lbfgs', style: { loss: 'slicedWasserstein' } },
};

for (const [name, recipe] of Object.entries(recipes)) {
  test(`${name}: results are those of single steps`, async (t) => {
    const steps = recipe.style?.loss ? few : undefined;
    const bound = recipe.style?.loss ? 1e-4 : 1e-5;
    const [expected, actual] = [await results(onnx, recipe, steps), await results(repeating, recipe, steps)];
    for (const [i, single] of expected.entries()) {
      const several = actual[i];
      t.true(difference(several, single) <= bound, `${difference(several, single)}`);
      const { steps, evaluations, restarts, isPlateau, learningRate } = single;
      t.like(several, { steps, evaluations, restarts, isPlateau, learningRate });
      t.is(several.curve.length, single.curve.length);
      for (const [j, point] of single.curve.entries()) {
        t.is(several.curve[j].step, point.step);
        t.true(Math.abs(several.curve[j].total / point.total - 1) <= bound);
      }
    }
  });
}

/** Counts runs of the repeated step and the steps in them. */
function counting(times: number[]): Engine {
  return engineLike(repeating, {
    async compileRepeated(fn, inputs, repetition, weights) {
      const compiled = await repeating.compileRepeated?.(fn, inputs, repetition, weights);
      if (!compiled) throw new Error('the engine does not repeat');
      return {
        dispose: () => compiled.dispose(),
        run(values, count) {
          times.push(count);
          return compiled.run(values, count);
        },
      };
    },
  });
}

test('runs are as long as they can be', async (t) => {
  const times: number[] = [];
  await results(counting(times), { optimizer: 'adam' }, [20]);
  t.deepEqual(times, [8, 8, 5], '20 steps have 21 evaluations');
});

test('an item that diverges within a run begins anew, and the others go on', async (t) => {
  const spoiled = (engine: Engine, step: number, row: number): Engine => {
    let run = 0;
    return engineLike(
      disturbed(engine, (now) => (now === step ? [row] : [])),
      {
        async compileRepeated(fn, inputs, repetition, weights) {
          const compiled = await repeating.compileRepeated?.(fn, inputs, repetition, weights);
          if (!compiled) throw new Error('the engine does not repeat');
          return {
            dispose: () => compiled.dispose(),
            async run(values, times) {
              const outputs = await compiled.run(values, times);
              if (run++ === 0) {
                const losses = await repeating.read(outputs.loss);
                const [, batch] = outputs.loss.shape;
                losses[step * batch + row] = Number.NaN;
                repeating.assign(outputs.loss, step, losses.slice(step * batch, (step + 1) * batch));
              }
              return outputs;
            },
          };
        },
      },
    );
  };
  const steps = [12, 12];
  const expected = await results(spoiled(onnx, 3, 1), { optimizer: 'adam' }, steps);
  const actual = await results(spoiled(repeating, 3, 1), { optimizer: 'adam' }, steps);
  t.deepEqual(
    actual.map(({ restarts }) => restarts),
    [0, 1],
  );
  for (const [i, single] of expected.entries()) {
    t.true(difference(actual[i], single) <= 1e-5, `${difference(actual[i], single)}`);
    t.is(actual[i].evaluations, single.evaluations);
  }
});

test('an engine that cannot compile the repetition takes single steps', async (t) => {
  const engine = engineLike(onnx, {
    compileRepeated: () => Promise.reject(new Error('there is no loop')),
  });
  const [expected, actual] = [await results(onnx, {}, [3]), await results(engine, {}, [3])];
  t.deepEqual(actual[0].image.data, expected[0].image.data);
});

test('an item that is alone keeps its history when a trial is rejected', async (t) => {
  const recipe: RecipeInput = { optimizer: 'lbfgs', learningRate: 3 };
  const [single, several] = [await results(onnx, recipe, [13], 1), await results(repeating, recipe, [13], 1)];
  t.true(single[0].evaluations > 13);
  t.is(several[0].evaluations, single[0].evaluations);
  t.true(difference(several[0], single[0]) <= 1e-5);
});
