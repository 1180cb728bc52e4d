/**
 * The recipe as a job writes it: the parameters of every method, as plain values. A job may give a distribution for any of
 * them (see `job/schema.ts`).
 * @module
 */
import { z } from 'zod';
import { type MethodName, methodNames, methodOf, methods } from './index.js';

type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer I) => void
  ? I
  : never;
type MethodParameters = Intersection<(typeof methods)[MethodName]['parameters']>;

const parameters = Object.assign(
  {},
  ...Object.values(methods).map((method) => method.parameters),
) as MethodParameters;

/** The schema of a recipe, with the defaults of the project. */
export const recipeSchema = z
  .strictObject({
    method: z.enum(methodNames).default(methodNames[0]).describe('How images are made'),
    size: z.int().min(32).max(4096).default(256).describe('Long edge of the result in pixels'),
    fit: z
      .enum(['keep', 'crop', 'stretch'])
      .default('keep')
      .describe('keep: preserves the aspect ratio; crop: centered square; stretch: square, distorted'),
    ...parameters,
  })
  .check(({ value, issues }) => {
    // The method itself is checked by its own schema; without a known one there is nothing more to check.
    if (!Object.hasOwn(methods, String(value.method))) return;
    const problem = methodOf(value as { method: MethodName }).check?.(value);
    if (problem) issues.push({ code: 'custom', input: value, path: problem.path, message: problem.message });
  });

/** A recipe with the defaults of the schema: some of it may still be left to the network or the optimizer. */
export type Recipe = z.output<typeof recipeSchema>;

/** What a caller may write: everything is optional. */
export type RecipeInput = z.input<typeof recipeSchema>;
