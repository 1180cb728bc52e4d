/** Stylizer requests for tests, and engines with injected failures. @module */
import { createEngine, type Engine } from '../../src/engine/index.js';
import { parametersOfRecipe, specOfRecipe } from '../../src/methods/optimize/objective.js';
import type { OptimizeRecipe } from '../../src/methods/optimize/recipe/resolve.js';
import type { RecipeInput } from '../../src/methods/recipe.js';
import { random } from '../../src/stylize/networks/random.js';
import { stepName } from '../../src/stylize/step.js';
import { type StylizeRequest, Stylizer } from '../../src/stylize/stylizer.js';
import { engineLike, pattern, quickRecipe } from './support.js';

export const onnx = await createEngine('onnx', { threads: 1 });
export const weights = await random.loadWeights();

export const stylizerOn = (engine: Engine, batch = 3, graphBytes = 1e10): Stylizer =>
  new Stylizer(engine, { batch: () => batch, weights: async () => weights, graphBytes, now: () => 0 });

export const source = (seed: number, height?: number, width?: number) => ({
  key: `${seed};${height};${width}`,
  tensor: pattern(seed, height, width),
});

/** The part of a stylizer request that a recipe determines. */
export const asked = (recipe: OptimizeRecipe) => ({
  spec: specOfRecipe(recipe),
  parameters: parametersOfRecipe(recipe),
  steps: recipe.steps,
});

/** A request for a content and a style image, each given by seed. */
export function request(content: number, style: number, recipe: RecipeInput = {}): StylizeRequest {
  const image = source(content);
  const sources = { content: image, style: source(style) };
  return { ...asked(quickRecipe(recipe)), seed: 1, sources, initial: image.tensor };
}

export const isStep = (inputs: object): boolean => stepName.number('learningRate') in inputs;

/** An engine whose losses are NaN in the rows that the callback returns for a step. Errors of the callback fail the step. */
export function disturbed(engine: Engine, rowsOfNaN: (step: number) => readonly number[]): Engine {
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
            engine.assign(results[stepName.total], row, Float32Array.of(Number.NaN));
          }
          step++;
          return results;
        },
      };
    },
  });
}
