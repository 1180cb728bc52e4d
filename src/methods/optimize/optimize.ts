/** The method `optimize`: neural style transfer by optimizing pixels (Gatys et al. 2016). @module */
import { minimumEdgePx, usualPixels } from '../../images/fit.js';
import type { Method } from '../method.js';
import { type OptimizeFacts, optimizeFacts } from './facts.js';
import { OptimizeMaker } from './maker.js';
import { specOfRecipe } from './objective.js';
import { fingerprint } from './recipe/fingerprint.js';
import { optimizeParameters } from './recipe/parameters.js';
import { type DrawnOptimizeRecipe, type OptimizeRecipe, resolveOptimize } from './recipe/resolve.js';
import { hasWeight } from './recipe/weight.js';
import { sourcesOf, stagesOf } from './stages.js';

export const optimize = {
  version: 7,
  parameters: optimizeParameters,
  check({ content, style, totalVariation }) {
    if (hasWeight([content.weight, style.weight ?? style.strength, totalVariation])) return undefined;
    return {
      path: ['style', 'strength'],
      message: 'content.weight, style.strength and totalVariation are all 0: there is nothing to optimize',
    };
  },
  resolve: resolveOptimize,
  fingerprint,
  facts: optimizeFacts,
  networks: ({ network }) => [network],
  sources: sourcesOf,
  styles: ({ style }) => style.mix.length,
  cost(recipe) {
    let [steps, pixelSteps] = [0, 0];
    for (const stage of stagesOf(recipe)) {
      // Includes the evaluation of the final image.
      const evaluations = stage.steps + 1;
      steps += evaluations;
      pixelSteps += evaluations * usualPixels({ sizePx: stage.sizePx, fit: recipe.fit });
    }
    return { steps, pixelSteps };
  },
  sizeRange(recipe) {
    // A target takes a quarter of the memory of a step, per pixel: a style image counts with half its edge.
    const largestPx = Math.max(recipe.size, Math.ceil(recipe.style.size / 2));
    return { smallestPx: stagesOf(recipe)[0].sizePx, largestPx };
  },
  gentler: (recipe) => ({
    ...recipe,
    style: { ...recipe.style, strength: recipe.style.strength / 2 },
  }),
  sample(recipe, steps, sizePx) {
    const size = Math.min(recipe.size, sizePx);
    const styleSize = Math.max(minimumEdgePx, Math.round((recipe.style.size * size) / recipe.size));
    return { ...recipe, size, style: { ...recipe.style, size: styleSize }, steps, stages: [] };
  },
  costKey: (recipe) => specOfRecipe(recipe).key,
  open: (context) => new OptimizeMaker(context),
} as const satisfies Method<DrawnOptimizeRecipe, OptimizeRecipe, OptimizeFacts>;
