/** Several styles in one image: their weights. @module */
import { z } from 'zod';
import { type StyleRole, styleRoles } from '../../../stylize/role.js';
import type { Weighting } from '../recipe/shares.js';
import { hasWeight, weight } from '../recipe/weight.js';

const byRole = z
  .strictObject(
    Object.fromEntries(styleRoles.map((role) => [role, weight.optional()])) as Record<
      StyleRole,
      z.ZodOptional<typeof weight>
    >,
  )
  .refine(hasWeight, 'give at least one style a weight above 0')
  .refine((weights) => {
    const given = styleRoles.map((role) => weights[role] !== undefined);
    return given.lastIndexOf(true) + 1 === given.filter(Boolean).length;
  }, 'name the styles in order: style, style2, style3 ...');

/** Weights of styles as a list, or by role. */
export const mixSchema = z.union([
  z.array(weight).min(1).max(styleRoles.length).refine(hasWeight, 'give at least one style a weight above 0'),
  byRole,
]);

type DrawnMix = z.output<typeof mixSchema>;

/** The mix of one style. */
export const oneStyle: readonly number[] = Object.freeze([1]);

/** The weights of styles in order: shares of their sum if weights are relative, else as they are. If all are zero, so are the shares. */
export function mixOf(drawn: DrawnMix, weighting: Weighting): readonly number[] {
  const known = knownMixes[weighting].get(drawn);
  if (known) return known;
  const mix = computeMix(drawn, weighting);
  if (Object.isFrozen(drawn)) knownMixes[weighting].set(drawn, mix);
  return mix;
}

/** Mixes of lists and maps that the items of a plan have in common: a memo of values that cannot change. */
const knownMixes: Readonly<Record<Weighting, WeakMap<object, readonly number[]>>> = {
  relative: new WeakMap(),
  normalized: new WeakMap(),
  absolute: new WeakMap(),
};

function computeMix(drawn: DrawnMix, weighting: Weighting): readonly number[] {
  const weights = Array.isArray(drawn)
    ? drawn
    : styleRoles.flatMap((role) => (drawn as Partial<Record<StyleRole, number>>)[role] ?? []);
  if (weighting !== 'relative') return Object.freeze([...weights]);
  const sum = weights.reduce((total, each) => total + each, 0) || 1;
  return Object.freeze(weights.map((each) => each / sum));
}
