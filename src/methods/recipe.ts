/**
 * The recipe as written in a job: the parameters of all methods, as plain values. A job may use a distribution for any
 * parameter (see `job/schema.ts`).
 * @module
 */
import { z } from 'zod';
import { minimumEdgePx } from '../images/fit.js';
import { type Intersection, type MethodName, methodNames, methodOf, methods } from './index.js';

type MethodParameters = Intersection<(typeof methods)[MethodName]['parameters']>;

const parameters = Object.assign(
  {},
  ...Object.values(methods).map((method) => method.parameters),
) as MethodParameters;

/** The schema of a recipe, including the project's defaults. */
export const recipeSchema = z
  .strictObject({
    method: z.enum(methodNames).default(methodNames[0]).describe('How images are made'),
    size: z.int().min(minimumEdgePx).max(4096).default(256).describe('Long edge of the result in pixels'),
    fit: z
      .enum(['keep', 'crop', 'stretch'])
      .default('keep')
      .describe('keep: preserves the aspect ratio; crop: centered square; stretch: square, distorted'),
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
