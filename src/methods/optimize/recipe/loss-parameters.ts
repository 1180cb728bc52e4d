/** The schema of losses and their parameters. @module */
import { z } from 'zod';
import type { LossParameter } from '../../../stylize/terms/parameters.js';
import type { Loss } from '../../../stylize/terms/term.js';
import { hasWeight, weight } from './weight.js';

type ParameterSchema = z.ZodDefault<z.ZodNumber> | z.ZodDefault<z.ZodEnum<Record<string, string>>>;

/** A loss with its weight and parameters. */
type Configured = z.ZodObject<
  { readonly weight: z.ZodDefault<typeof weight> } & Record<string, ParameterSchema>
>;

/** A map from loss to weight, or to weight and parameters. */
type WeightedLosses<Name extends string> = z.ZodObject<
  Record<Name, z.ZodOptional<z.ZodUnion<[typeof weight, Configured]>>>
>;

/**
 * One loss by name, several as a list with equal weights, or a map from loss to weight. In place of a weight there can be a
 * map with `weight` and the parameters of the loss.
 */
export function losses<Name extends string>(all: Readonly<Record<Name, Loss>>) {
  const names = Object.keys(all) as [Name, ...Name[]];
  const weighted = z.strictObject(
    Object.fromEntries(
      names.map((name) => {
        const parameters = Object.entries(all[name].parameters).map(([key, parameter]) => [
          key,
          schemaOf(parameter),
        ]);
        if (parameters.length === 0) return [name, weight.optional()];
        const configured = z.strictObject({
          weight: weight.default(1).describe('Weight of the loss among the others'),
          ...Object.fromEntries(parameters),
        });
        return [name, z.union([weight, configured]).optional()];
      }),
    ),
  ) as unknown as WeightedLosses<Name>;
  return z.union([
    z.enum(names),
    z.array(z.enum(names)).min(1).max(64),
    weighted.refine(hasWeight, 'give at least one loss a weight above 0'),
  ]);
}

function schemaOf(parameter: LossParameter): ParameterSchema {
  if (parameter.kind === 'word') {
    const words = z.enum(parameter.words as readonly [string, ...string[]]);
    return words.default(parameter.default).describe(parameter.describe) as ParameterSchema;
  }
  const number = parameter.kind === 'count' ? z.int() : z.number();
  const limited = number.min(parameter.min).max(parameter.max) as z.ZodNumber;
  return limited.default(parameter.default).describe(parameter.describe);
}
