/** Translates a recipe for the stylizer: the spec to compile, and the parameters to pass in. @module */
import type { Named } from '../../engine/engine.js';
import type { Role } from '../../stylize/role.js';
import { type Parameters, type Spec, specOf } from '../../stylize/spec.js';
import { termName } from '../../stylize/terms/index.js';
import { type Place, pixels } from '../../stylize/terms/term.js';
import type { OptimizeRecipe, Shares } from './resolve.js';

/** A term of the objective, with a weight for each of its parts. */
interface WeightedPlace extends Place {
  readonly weights: Named<number>;
}

/**
 * The weight of the style loss. The content loss of a stylized image grows with about the square root of the weight. The
 * square of the strength compensates for this, so that strengths from 1 to 100 cover everything from barely visible to free.
 */
export const styleWeight = (strength: number): number => strength ** 2 / 50;

/** The objective of a recipe. The order of the terms is the order of summation. */
function objectiveOf({ content, style, totalVariation }: OptimizeRecipe): Named<WeightedPlace> {
  return {
    ...termsOf('content', content.loss, content.layers, content.weight),
    ...termsOf('style', style.loss, style.layers, styleWeight(style.strength)),
    totalVariation: { role: 'content', layers: [pixels], weights: { [pixels]: totalVariation } },
  };
}

function termsOf(role: Role, losses: Shares, layers: Shares, total: number): Record<string, WeightedPlace> {
  return Object.fromEntries(
    Object.entries(losses).map(([loss, lossShare]) => {
      const weights = Object.entries(layers).map(([layer, share]) => [layer, total * lossShare * share]);
      const place = { role, layers: Object.keys(layers), weights: Object.fromEntries(weights) };
      return [termName(role, loss), place];
    }),
  );
}

/**
 * The part of a recipe that is compiled.
 * @throws `layer-unknown` if the network has no such layer
 */
export function specOfRecipe(recipe: OptimizeRecipe): Spec {
  const { network, pooling, optimizer } = recipe;
  return specOf({ network, pooling, optimizer, terms: objectiveOf(recipe) });
}

/** The part of a recipe that is passed in for each item. */
export function parametersOfRecipe(recipe: OptimizeRecipe): Parameters {
  const places = Object.entries(objectiveOf(recipe));
  return {
    weights: Object.fromEntries(places.map(([name, { weights }]) => [name, weights])),
    learningRate: recipe.learningRate,
  };
}
