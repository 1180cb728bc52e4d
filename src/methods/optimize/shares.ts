/** Relative weights that sum to one. @module */
import type { Named } from '../../engine/engine.js';
import { sortedByKey } from '../../files/canonical-json.js';

/** Relative weights by name. They sum to one. */
export type Shares = Named<number>;

/** A list of names with equal weights, or a map from name to weight. */
export type Weighted = readonly string[] | Named<number | undefined>;

/** Shares of lists and maps that the items of a plan have in common: a memo of values that cannot change. */
const knownShares = new WeakMap<object, Shares>();

export function sharesOf(weighted: Weighted): Shares {
  const known = knownShares.get(weighted);
  if (known) return known;
  const shares = computeShares(weighted);
  if (Object.isFrozen(weighted)) knownShares.set(weighted, shares);
  return shares;
}

/** The weights divided by their sum, sorted by name. If all are zero, so are the shares. */
export function computeShares(weighted: Weighted): Shares {
  const weights: [string, number][] = Array.isArray(weighted)
    ? [...new Set<string>(weighted)].map((name) => [name, 1])
    : Object.entries(weighted as Record<string, number>);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0) || 1;
  const shares = sortedByKey(weights).map(([name, weight]) => [name, weight / sum]);
  return Object.freeze(Object.fromEntries(shares));
}
