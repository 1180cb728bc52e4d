/** Translates a recipe for the stylizer: the spec to compile, and the parameters to pass in. @module */
import type { Named } from '../../engine/engine.js';
import { type Role, styleRoles } from '../../stylize/role.js';
import { type ConfiguredPlace, namedTerm, type Parameters, type Spec, specOf } from '../../stylize/spec.js';
import { lossOfTerm, termName } from '../../stylize/terms/index.js';
import type { RegionPlace } from '../../stylize/terms/shared/region.js';
import { pixels, shareOf } from '../../stylize/terms/term.js';
import type { LossParameters, OptimizeRecipe, Shares } from './recipe/resolve.js';

/** A term of the objective, with its weight and the numbers of its loss. */
interface WeightedPlace extends ConfiguredPlace {
  readonly weight: number;
  /** The shares of the layers. */
  readonly shares: Shares;
  readonly numbers: Named<number>;
}

/**
 * The weight of the style loss. The content loss of a stylized image grows with about the square root of the weight. The
 * square of the strength compensates for this, so that strengths from 1 to 100 cover everything from barely visible to free.
 */
export const styleWeight = (strength: number): number => strength ** 2 / 50;
/** The strength whose style loss has this weight. */
export const strengthOf = (weight: number): number => Math.sqrt(50 * weight);

/** The objective of a recipe. The order of the terms is the order of summation. */
function objectiveOf(
  { content, style, totalVariation }: OptimizeRecipe,
  regionShares: readonly number[],
): Named<WeightedPlace> {
  return {
    ...termsOf('content', content, content.weight),
    ...Object.assign(
      {},
      ...style.mix.flatMap((share, i) => {
        const weight = share * styleWeight(style.strength);
        return guided(styleRoles[i], style, weight, regionShares);
      }),
    ),
    totalVariation: {
      role: 'content',
      layers: [pixels],
      weight: totalVariation,
      shares: { [pixels]: 1 },
      numbers: {},
    },
  };
}

/** The recipe with a factor on the weight of the content. */
export const withContentWeight = (recipe: OptimizeRecipe, factor: number): OptimizeRecipe =>
  factor === 1
    ? recipe
    : { ...recipe, content: { ...recipe.content, weight: recipe.content.weight * factor } };

interface Losses {
  readonly loss: Shares;
  readonly lossParameters: LossParameters;
  readonly layers: Shares;
}

/** The terms of a style in each region, which has its share of the weight; without regions, in the whole image. */
function guided(role: Role, losses: Losses, total: number, shares: readonly number[]) {
  if (shares.length === 0) return [termsOf(role, losses, total)];
  return shares.map((share, index) => termsOf(role, losses, total * share, { index, count: shares.length }));
}

function termsOf(
  role: Role,
  { loss: losses, lossParameters, layers }: Losses,
  total: number,
  region?: RegionPlace,
): Record<string, WeightedPlace> {
  return Object.fromEntries(
    Object.entries(losses).map(([loss, share]) => {
      const name = termName(role, loss, region);
      const { parameters } = lossOfTerm(name);
      const given = Object.entries(lossParameters[loss] ?? {});
      const isNumber = (key: string) => parameters[key].kind === 'number';
      return [
        name,
        {
          role,
          region,
          layers: Object.keys(layers),
          settings: Object.fromEntries(given.filter(([key]) => !isNumber(key))),
          weight: total * share,
          shares: layers,
          numbers: Object.fromEntries(given.filter(([key]) => isNumber(key))) as Named<number>,
        },
      ];
    }),
  );
}

/**
 * The part of a recipe that is compiled.
 * @param regionShares the share of each region in the image, if styles are guided by regions
 * @throws `layer-unknown` if the network has no such layer
 */
export function specOfRecipe(recipe: OptimizeRecipe, regionShares: readonly number[] = []): Spec {
  const { network, pooling, padding, smoothing, weighting, parametrization } = recipe;
  const { optimizer, history, average } = recipe;
  return specOf({
    network,
    pooling,
    padding,
    isSmoothed: smoothing,
    isScaled: weighting === 'relative',
    parametrization,
    optimizer: { name: optimizer, history, averages: average > 0 },
    terms: objectiveOf(recipe, regionShares),
  });
}

/** The part of a recipe that is passed in for each item. @param regionShares see {@link specOfRecipe} */
export function parametersOfRecipe(recipe: OptimizeRecipe, regionShares: readonly number[] = []): Parameters {
  const weights: Record<string, Named<number>> = {};
  const numbers: Record<string, Named<number>> = {};
  for (const [name, place] of Object.entries(objectiveOf(recipe, regionShares))) {
    const { term } = namedTerm(name, place);
    const shares = term.shares?.(place.shares, place.numbers) ?? place.shares;
    const gain = recipe.weighting === 'relative' ? (term.gain ?? 1) : 1;
    weights[name] = Object.fromEntries(
      Object.entries(shares).map(([part, share]) => [part, place.weight * gain * share]),
    );
    const known: Named<number> = {
      ...place.numbers,
      ...Object.fromEntries(Object.entries(place.shares).map(([layer, share]) => [shareOf(layer), share])),
    };
    numbers[name] = Object.fromEntries((term.numbers ?? []).map((number) => [number, known[number]]));
  }
  const { learningRate, momentum, average, decay, plateau } = recipe;
  return { weights, numbers, learningRate, momentum, average, decay, plateau };
}
