/** What a lower precision does to the result of an optimization. @module */
import type { Engine } from '../../engine/engine.js';
import { pattern } from '../../engine/smoke/cases.js';
import { parametersOfRecipe, specOfRecipe } from '../../methods/optimize/objective.js';
import { Evaluator } from '../../stylize/evaluate.js';
import { Stylizer } from '../../stylize/stylizer.js';
import { TargetCache } from '../../stylize/targets.js';
import { resolveOptimizeRecipe } from '../arrays/resolve-recipe.js';
import { WeightStore } from '../preparing/weights.js';

const [sizePx, steps, graphBytes] = [64, 30, 2e9];

/** An image of soft spots. */
function picture(seed: number) {
  const coarse = pattern(3 * 64, seed);
  const data = new Float32Array(sizePx * sizePx * 3).map((_, index) => {
    const [x, y, channel] = [Math.floor(index / 3) % sizePx, Math.floor(index / 3 / sizePx), index % 3];
    const spot = coarse[((y >> 3) * 8 + (x >> 3)) * 3 + channel];
    return 0.5 + 0.35 * spot + 0.1 * Math.sin(x / (2 + seed)) * Math.cos(y / 3);
  });
  return { key: `picture ${seed}`, tensor: { data, shape: [1, sizePx, sizePx, 3] } };
}

/**
 * Optimizes the same image on two engines with the default recipe of `compact`. Both results are evaluated in float32.
 * @returns the final loss on `engine`, divided by that on `float32`
 */
export async function lossRatio(engine: Engine, float32: Engine): Promise<number> {
  const store = new WeightStore({});
  const recipe = resolveOptimizeRecipe({ network: 'compact', size: sizePx, steps });
  const spec = specOfRecipe(recipe);
  const parameters = parametersOfRecipe(recipe);
  const sources = { content: picture(1), style: picture(2) };
  const evaluator = new Evaluator(float32, new TargetCache(float32, graphBytes));
  const losses: number[] = [];
  for (const each of [engine, float32]) {
    const stylizer = new Stylizer(each, {
      batch: () => 1,
      graphBytes,
      weights: (name) => store.get(name),
      now: () => 0,
    });
    const initial = sources.content.tensor;
    const { image } = await stylizer.stylize({ spec, parameters, steps, seed: 1, sources, initial });
    stylizer.dispose();
    const weights = await store.get(spec.networkName);
    const { total } = await evaluator.evaluate({ spec, parameters, image, sources, seed: 1 }, weights);
    losses.push(total);
  }
  evaluator.dispose();
  return losses[0] / losses[1];
}
