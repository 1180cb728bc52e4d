/**
 * Distributions: every parameter of a recipe can be a distribution instead of a value. The schema is derived from the
 * schema of plain values, so a new parameter takes one line in `methods/` and none here.
 * @module
 */
import { z } from 'zod';

/** How to draw one parameter. Numbers are drawn between the two ends; whole numbers include both ends. */
export type Distribution<T> =
  | { readonly uniform: readonly [number, number] }
  | { readonly logUniform: readonly [number, number] }
  | { readonly choice: readonly T[] | Readonly<Record<string, number>> };

type IsGroup<T> = [T] extends [object]
  ? [Extract<T, readonly unknown[]>] extends [never]
    ? true
    : false
  : false;

/** A type in which every leaf can also be a distribution. */
export type Distributed<T> =
  IsGroup<Exclude<T, undefined>> extends true
    ? { [K in keyof T]: Distributed<T[K]> }
    : T | Distribution<Exclude<T, undefined>>;

/** The keys that distinguish a distribution from a value. */
export const distributionKeys = ['uniform', 'logUniform', 'choice'] as const;
export type DistributionKey = (typeof distributionKeys)[number];

/** Whether a value in a job is a distribution. */
export function isDistribution(value: unknown): value is Distribution<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return distributionKeys.some((key) => Object.hasOwn(value, key));
}

/** The key of the distribution that a schema describes; undefined for other schemas. */
export function distributionKeyOf(schema: z.ZodType): DistributionKey | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const [key, ...others] = Object.keys(schema.shape);
  return others.length === 0 ? distributionKeys.find((known) => known === key) : undefined;
}

/**
 * Returns the same schema with every leaf allowed to be a distribution. Descends into objects, including objects and
 * records inside unions; keeps defaults, optionality and descriptions.
 * @param fixed keys of the object that stay as they are
 */
export function distributable(schema: z.ZodType, fixed: readonly string[] = []): z.ZodType {
  return describedLike(schema, schema instanceof z.ZodObject ? group(schema, fixed) : derive(schema));
}

function derive(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault) return inner(schema).default(schema.def.defaultValue);
  if (schema instanceof z.ZodPrefault) return inner(schema).prefault(schema.def.defaultValue);
  if (schema instanceof z.ZodOptional) return inner(schema).optional();
  if (schema instanceof z.ZodObject) return group(schema);
  const values = schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]) : [schema];
  return z.union([...values.map(walkInto), ...distributionsOf(schema)] as [z.ZodType, ...z.ZodType[]]);
}

function inner(schema: z.ZodDefault | z.ZodPrefault | z.ZodOptional): z.ZodType {
  return distributable(schema.unwrap() as z.ZodType);
}

function group(schema: z.ZodObject, fixed: readonly string[] = []): z.ZodType {
  const shape = Object.fromEntries(
    Object.entries(schema.shape).map(([key, child]) => [
      key,
      fixed.includes(key) ? child : distributable(child as z.ZodType),
    ]),
  );
  // A clone keeps the object's checks.
  return schema.clone({ ...schema.def, shape });
}

function walkInto(option: z.ZodType): z.ZodType {
  if (option instanceof z.ZodObject) return group(option);
  if (option instanceof z.ZodRecord) {
    const valueType = distributable(option.valueType as z.ZodType);
    // Keys from a list cannot be mistaken for a distribution.
    if (option.keyType instanceof z.ZodEnum) return option.clone({ ...option.def, valueType });
    const notReserved = (key: string) => !distributionKeys.some((reserved) => reserved === key);
    return option.clone({
      ...option.def,
      keyType: (option.keyType as z.ZodString).refine(notReserved, 'this name is reserved for distributions'),
      valueType,
    });
  }
  return option;
}

function distributionsOf(leaf: z.ZodType): z.ZodType[] {
  const distributions: z.ZodType[] = [];
  const options = leaf instanceof z.ZodUnion ? (leaf.options as z.ZodType[]) : [leaf];
  const number = options.find((option) => option instanceof z.ZodNumber);
  if (number) {
    distributions.push(
      z
        .strictObject({ uniform: ascending(number) })
        .describe(`Drawn uniformly between two numbers${number.isInt ? ', both included' : ''}`),
      z
        .strictObject({
          logUniform: ascending(number).refine(([low]) => low > 0, 'the first number must be above 0'),
        })
        .describe('Drawn uniformly on a log scale: 1 to 10 is as likely as 10 to 100'),
    );
  }
  distributions.push(z.strictObject({ choice: choices(leaf) }).describe('One of several values'));
  return distributions;
}

function ascending(leaf: z.ZodNumber) {
  return z
    .tuple([leaf, leaf])
    .refine(([low, high]) => low < high, 'the first number must be below the second');
}

function choices(leaf: z.ZodType): z.ZodType {
  const list = z
    .array(leaf)
    .min(1)
    .max(1000)
    .describe('Equally likely; repeat a value to draw it more often');
  const options = leaf instanceof z.ZodUnion ? (leaf.options as z.ZodType[]) : [leaf];
  const words = options.flatMap((option) => (option instanceof z.ZodEnum ? option.options.map(String) : []));
  if (words.length === 0) return list;
  const weights = z
    .partialRecord(z.enum(words as [string, ...string[]]), z.number().min(0).max(1e9))
    .refine(
      (map) => Object.values(map).some((weight) => (weight ?? 0) > 0),
      'give at least one weight above 0',
    )
    .describe('The relative weight of each value');
  return z.union([list, weights]);
}

function describedLike(source: z.ZodType, target: z.ZodType): z.ZodType {
  return source.description === undefined ? target : target.describe(source.description);
}
