/** What tests ask of a stylizer, and engines that get in its way. @module */
import { createEngine, type Engine } from '../../src/engine/index.js';
import { random } from '../../src/stylize/networks/random.js';
import type { RecipeInput } from '../../src/stylize/recipe.js';
import { lossParts, stepName } from '../../src/stylize/step.js';
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

/** Content and style by number. */
export function request(content: number, style: number, recipe: RecipeInput = {}): StylizeRequest {
  const image = source(content);
  return { recipe: quickRecipe(recipe), content: image, style: source(style), initial: image.tensor };
}

export const isStep = (inputs: object): boolean => stepName.learningRate in inputs;

/** An engine whose losses are no numbers in some rows, step by step; what the callback throws, the step throws. */
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
