/** Weights by name: shares that sum to one, or as they are given. @module */
import type { Named } from '../../../engine/engine.js';
import { sortedByKey } from '../../../files/canonical-json.js';

/** `relative` weights are divided by their sum, others are not. */
export const weightings = ['relative', 'absolute', 'normalized'] as const;
export type Weighting = (typeof weightings)[number];

/** Weights by name. If they are relative, they sum to one. */
export type Shares = Named<number>;

/** A list of names with equal weights, or a map from name to weight. */
export type Weighted = readonly string[] | Named<number | undefined>;

/** Shares of lists and maps that the items of a plan have in common: a memo of values that cannot change. */
const knownShares: Readonly<Record<Weighting, WeakMap<object, Shares>>> = {
  relative: new WeakMap(),
  absolute: new WeakMap(),
  normalized: new WeakMap(),
};

export function sharesOf(weighted: Weighted, weighting: Weighting): Shares {
  const known = knownShares[weighting].get(weighted);
  if (known) return known;
  const shares = computeShares(weighted, weighting);
  if (Object.isFrozen(weighted)) knownShares[weighting].set(weighted, shares);
  return shares;
}

/** The weights, sorted by name; relative ones divided by their sum. If all are zero, so are the shares. */
export function computeShares(weighted: Weighted, weighting: Weighting): Shares {
  const weights: [string, number][] = Array.isArray(weighted)
    ? [...new Set<string>(weighted)].map((name) => [name, 1])
    : Object.entries(weighted as Record<string, number>);
  const sum = weighting === 'relative' ? weights.reduce((total, [, weight]) => total + weight, 0) || 1 : 1;
  const shares = sortedByKey(weights).map(([name, weight]) => [name, weight / sum]);
  return Object.freeze(Object.fromEntries(shares));
}
