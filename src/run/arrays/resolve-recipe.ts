/** Resolves a partial recipe. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import { isDistribution } from '../../job/distribution.js';
import { problemsOf } from '../../job/messages/explain.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { OptimizeRecipe } from '../../methods/optimize/recipe/resolve.js';
import { type RecipeInput, recipeSchema, resolveDrawn, withPreset } from '../../methods/recipe.js';
import { styleRoles } from '../../stylize/role.js';
import { findWeights, type NamedWeights, resolveNetwork } from '../preparing/weights.js';

/**
 * The recipe for a number of styles. Without `style.mix`, several styles have equal weights.
 * @throws `option-invalid` if there are too many, or `style.mix` has another number of weights
 */
export function withMix(input: RecipeInput, styles: number): RecipeInput {
  if (styles < 1 || styles > styleRoles.length) {
    throw new WildstyleError(
      'option-invalid',
      `There are ${styles} style images; there must be 1 to ${styleRoles.length}.`,
    );
  }
  const mix = input.style?.mix ?? Array.from({ length: styles }, () => 1);
  const { length } = Object.keys(mix);
  if (length !== styles) {
    throw new WildstyleError(
      'option-invalid',
      `style.mix has ${length} weights, but the number of style images is ${styles}.`,
      { cure: 'Give a weight for each style image.' },
    );
  }
  return styles === 1 ? input : { ...input, style: { ...input.style, mix } };
}

/**
 * Fills in all defaults of a recipe of the method `optimize`.
 * @throws `option-invalid` also for a recipe of another method; `weights-missing`
 */
export function resolveOptimizeRecipe(given: RecipeInput, weights?: NamedWeights): OptimizeRecipe {
  const recipe = resolveRecipe(given, weights);
  if (recipe.augment) {
    throw new WildstyleError('option-invalid', 'augment is for image files, not for arrays.', {
      cure: 'Leave it out, or use it in a job or with wildstyle stylize --set.',
    });
  }
  if (recipe.method === 'optimize') return recipe;
  throw new WildstyleError('option-invalid', `The method ${recipe.method} takes image files, not arrays.`, {
    cure: 'Leave out method, or use it in a job or with wildstyle stylize --set.',
  });
}

/**
 * Fills in all defaults of a recipe, and its preset. Distributions in the preset are left out: a job draws them.
 * @throws `option-invalid` listing every problem; `weights-missing`
 */
export function resolveRecipe(given: RecipeInput, weights?: NamedWeights): ResolvedRecipe {
  const input = withPreset(given, (value) => !isDistribution(value));
  const problems = problemsOf(z.object({ recipe: recipeSchema }), { recipe: input });
  if (problems.length > 0) {
    throw new WildstyleError('option-invalid', problems.map(({ message }) => message).join('\n'));
  }
  const recipe = recipeSchema.parse(input);
  const network = resolveNetwork(recipe.network);
  // Reports files that do not exist or would be ignored.
  findWeights(weights, [network]);
  return resolveDrawn(recipe, { network });
}
