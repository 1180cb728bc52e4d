/** Measures optimization steps on an engine. @module */
import type { Engine } from '../../engine/engine.js';
import { resolveRecipe } from '../arrays/resolve-recipe.js';
import { measureSteps } from '../estimate/measure-steps.js';
import { Makers } from '../item/makers.js';
import { WeightStore } from '../preparing/weights.js';

const graphBytes = 2e9;

/**
 * Steps per second of the default recipe on one square image, after a warm-up that compiles it.
 * @returns 0 if no step succeeded
 */
export async function stepsPerSecond(engine: Engine, sizePx: number): Promise<number> {
  const weights = new WeightStore({});
  const makers = new Makers({
    engine,
    batch: () => 1,
    graphBytes,
    weights: (name) => weights.get(name),
    now: () => performance.now(),
  });
  try {
    const recipe = resolveRecipe({ network: 'compact', size: sizePx, fit: 'crop' });
    const { steps, ms } = await measureSteps(makers, recipe, () => 1);
    return steps > 0 ? (1000 * steps) / ms : 0;
  } finally {
    makers.dispose();
  }
}
