/** Resolves a partial recipe. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import { isDistribution } from '../../job/distribution.js';
import { problemsOf } from '../../job/messages/explain.js';
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import { type RecipeInput, recipeSchema, withPreset } from '../../methods/recipe.js';
import { findWeights, type NamedWeights, resolveNetwork } from '../weights.js';

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
  return methodOf(recipe).resolve(recipe, { network });
}
