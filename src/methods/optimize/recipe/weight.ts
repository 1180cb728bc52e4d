/** Weights in a recipe. @module */
import { z } from 'zod';

export const weight = z.number().min(0).max(1e6);

/**
 * Whether any weight differs from zero. A weight that is a distribution counts as nonzero. In place of a weight there can be
 * a map with the key `weight`, which is 1 by default.
 */
export function hasWeight(weights: object): boolean {
  return Object.values(weights).some((value) => (value?.weight ?? value) !== 0);
}
