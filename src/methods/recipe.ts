/**
 * The recipe as written in a job: the parameters of all methods, as plain values. A job may use a distribution for any
 * parameter (see `job/schema.ts`).
 * @module
 */
import { z } from 'zod';
import { augmentSchema, augmentVersion, resolveAugment } from '../images/augment/parameters.js';
import { maximumSizePx, minimumEdgePx } from '../images/fit.js';
import {
  type Intersection,
  type MethodName,
  methodNames,
  methodOf,
  methods,
  type ResolvedRecipe,
} from './index.js';
import type { ResolveFacts } from './method.js';
import { type Preset, presetNames, presets } from './optimize/recipe/presets.js';

type MethodParameters = Intersection<(typeof methods)[MethodName]['parameters']>;

const parameters = Object.assign(
  {},
  ...Object.values(methods).map((method) => method.parameters),
) as MethodParameters;

const methodKeys: ReadonlySet<string> = new Set(Object.keys(parameters));

/** Whether a key of a recipe has an effect where images are made by these methods. */
export function actsIn(names: Iterable<MethodName>, key: string): boolean {
  return !methodKeys.has(key) || [...names].some((name) => key in methods[name].parameters);
}

/** The schema of a recipe, including the project's defaults. */
export const recipeSchema = z
  .strictObject({
    preset: z
      .enum(presetNames)
      .optional()
      .describe('A named recipe to start from. Keys of the recipe override those of the preset'),
    method: z.enum(methodNames).default(methodNames[0]).describe('How images are made'),
    size: z
      .int()
      .min(minimumEdgePx)
      .max(maximumSizePx)
      .default(256)
      .describe('Long edge of the result in pixels'),
    fit: z
      .enum(['keep', 'crop', 'stretch'])
      .default('keep')
      .describe('keep: preserves the aspect ratio; crop: centered square; stretch: square, distorted'),
    augment: augmentSchema
      .optional()
      .describe('Classical augmentations of stylized images, before and after the method'),
    ...parameters,
  })
  .check(({ value, issues }) => {
    // The schema of `method` reports an unknown method, and there is nothing else to check for one.
    if (!Object.hasOwn(methods, String(value.method))) return;
    const problem = methodOf(value as { method: MethodName }).check?.(value);
    if (problem) issues.push({ code: 'custom', input: value, path: problem.path, message: problem.message });
  });

/** A recipe with schema defaults filled in. Other defaults still depend on the network or the optimizer. */
export type Recipe = z.output<typeof recipeSchema>;

/** A recipe as callers write it: everything is optional. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** Resolves a drawn recipe: the method's part, and the augmentations around it. */
export function resolveDrawn(drawn: Recipe, facts: ResolveFacts): ResolvedRecipe {
  const augment = resolveAugment(drawn.augment);
  const recipe = methodOf(drawn).resolve(drawn, facts);
  return augment ? { ...recipe, augment } : recipe;
}

/** A resolved recipe as text, equal for equal recipes only: ids hash it. */
export function fingerprintOf(recipe: ResolvedRecipe): string {
  const { augment } = recipe;
  const text = methodOf(recipe).fingerprint(recipe);
  return augment ? `${text} augment ${augmentVersion} ${JSON.stringify(augment)}` : text;
}

/** The keys of a recipe that take values, never distributions. */
export const fixedKeys: readonly string[] = ['preset'];

/** The keys whose values are maps of parameters. All other maps are values of one parameter. */
export const keyGroups: readonly string[] = Object.entries(recipeSchema.shape).flatMap(([key, schema]) =>
  schema instanceof z.ZodPrefault && schema.unwrap() instanceof z.ZodObject ? [key] : [],
);

/**
 * Adds the parameters of the preset that a recipe names. Those of the recipe itself stay; maps of parameters, such as
 * `style`, are merged key by key. Anything that is not a recipe with a known preset is returned as it is.
 * @param keeps whether to use a value of the preset. Default: all
 */
export function withPreset(recipe: unknown, keeps: (value: unknown) => boolean = () => true): unknown {
  if (!isMap(recipe) || typeof recipe.preset !== 'string' || !Object.hasOwn(presets, recipe.preset))
    return recipe;
  const { recipe: preset }: Preset = presets[recipe.preset as keyof typeof presets];
  return extend(kept(preset, keeps), recipe, keyGroups);
}

function extend(
  base: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  merged: readonly string[],
): Record<string, unknown> {
  const added = Object.entries(base).filter(([key]) => own[key] === undefined);
  const changed = Object.entries(own).map(([key, value]) => {
    const below = base[key];
    const isGroup = merged.includes(key) && isMap(value) && isMap(below);
    return [key, isGroup ? extend(below, value, []) : value];
  });
  return Object.fromEntries([...changed.filter(([, value]) => value !== undefined), ...added]);
}

function kept(
  map: Readonly<Record<string, unknown>>,
  keeps: (value: unknown) => boolean,
): Record<string, unknown> {
  const entries = Object.entries(map).filter(([, value]) => keeps(value));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      keyGroups.includes(key) && isMap(value) ? kept(value, keeps) : value,
    ]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
