/** The networks that the benchmark compares, with the recipe of each. @module */
import type { RecipeInput } from '../../../src/methods/recipe.js';
import { networks } from '../../../src/stylize/networks/index.js';

/** The first one judges, and its own gain counts as 1. */
export const contenders = ['vgg19', 'compact', 'random'] as const;
export type Contender = (typeof contenders)[number];

/** One value for each network. */
export type PerNetwork<T> = Readonly<Record<Contender, T>>;

/** Computes a value for each network, one after the other. */
export async function perNetwork<T>(compute: (network: Contender) => Promise<T>): Promise<PerNetwork<T>> {
  const values: Partial<Record<Contender, T>> = {};
  for (const network of contenders) values[network] = await compute(network);
  return values as PerNetwork<T>;
}

/** What the recipes have in common. */
export interface RecipeOptions {
  readonly sizePx: number;
  /** Steps at full size. Default: those of the default recipe. */
  readonly steps?: number;
}

const defaultSteps = 50;

/**
 * The default recipe for any network: as many steps at half the size and at full size as `vgg19` takes. Networks without a
 * coarse stage take all of them at full size.
 */
export function recipeOf(
  network: Contender,
  strength: number,
  { sizePx, steps = defaultSteps }: RecipeOptions,
): RecipeInput {
  const coarseSteps = Math.round(1.2 * steps);
  const schedule = networks[network].defaults.coarseStage
    ? { steps, stages: [{ scale: 0.5, steps: coarseSteps }] }
    : { steps: coarseSteps + steps, stages: [] };
  return { network, size: sizePx, ...schedule, style: { strength } };
}
