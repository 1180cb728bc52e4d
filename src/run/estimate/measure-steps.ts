/** Measures what a step costs, so that a plan can say how long it will take. @module */
import type { HostTensor } from '../../engine/engine.js';
import { fitShape } from '../../images/fit.js';
import { drawNumber, keyOfSeed, uniform } from '../../random.js';
import type { Recipe } from '../../stylize/recipe.js';
import { type StepTotals, stepsSince } from '../../stylize/step-totals.js';
import type { Stylizer } from '../../stylize/stylizer.js';

const warmUpSteps = 1;
const measuredSteps = 3;
/** Photographs are most often 4:3. */
const usualPhoto = [4000, 3000] as const;

/** Makes a few steps of noise images of a photograph's shape, a full batch, after a warm-up that compiles the graph. */
export async function measureSteps(
  stylizer: Stylizer,
  recipe: Recipe,
  batch: (pixels: number) => number,
): Promise<StepTotals> {
  const { widthPx, heightPx } = fitShape(...usualPhoto, { sizePx: recipe.size, fit: recipe.fit });
  const image = noiseImage(heightPx, widthPx);
  const source = { key: `calibration;${widthPx}x${heightPx}`, tensor: image };
  const optimize = async (steps: number) => {
    const request = { recipe: { ...recipe, steps }, content: source, style: source, initial: image };
    // What goes wrong goes wrong with the items, too, and is told there.
    await Promise.allSettled(
      Array.from({ length: batch(widthPx * heightPx) }, () => stylizer.stylize(request)),
    );
  };
  await optimize(warmUpSteps);
  const before = stylizer.totals;
  await optimize(measuredSteps);
  return stepsSince(before, stylizer.totals);
}

function noiseImage(height: number, width: number): HostTensor {
  const [key, draw] = [keyOfSeed(1), drawNumber('calibration')];
  const data = new Float32Array(height * width * 3).map((_, i) => uniform(key, draw, i));
  return { data, shape: [1, height, width, 3] };
}
