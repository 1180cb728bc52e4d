/**
 * Distributions: a job may give one for every parameter of a recipe. The schema that allows it is derived from the
 * schema of plain values, so that a new parameter needs a line in `methods/` and none here.
 * @module
 */
import { z } from 'zod';

/** How one parameter is drawn. Numbers are drawn between the ends; whole ones include both. */
export type Distribution<T> =
  | { readonly uniform: readonly [number, number] }
  | { readonly logUniform: readonly [number, number] }
  | { readonly choice: readonly T[] | Readonly<Record<string, number>> };

type IsGroup<T> = [T] extends [object]
  ? [Extract<T, readonly unknown[]>] extends [never]
    ? true
    : false
  : false;

/** A type of which every leaf may also be a distribution. */
export type Distributed<T> =
  IsGroup<Exclude<T, undefined>> extends true
    ? { [K in keyof T]: Distributed<T[K]> }
    : T | Distribution<Exclude<T, undefined>>;

/** The keys that tell a distribution from a value. */
export const distributionKeys = ['uniform', 'logUniform', 'choice'] as const;
export type DistributionKey = (typeof distributionKeys)[number];

/** Whether a value of a job stands for a distribution. */
export function isDistribution(value: unknown): value is Distribution<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return distributionKeys.some((key) => Object.hasOwn(value, key));
}

/** Which distribution a schema describes, if any. */
export function distributionKeyOf(schema: z.ZodType): DistributionKey | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const [key, ...others] = Object.keys(schema.shape);
  return others.length === 0 ? distributionKeys.find((known) => known === key) : undefined;
}

/**
 * The schema of the same values, in which every leaf may be a distribution. Objects are walked into, objects and
 * records inside unions as well; defaults, optionality and descriptions stay.
 */
export function distributable(schema: z.ZodType): z.ZodType {
  return describedLike(schema, derive(schema));
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

function group(schema: z.ZodObject): z.ZodType {
  const shape = Object.fromEntries(
    Object.entries(schema.shape).map(([key, child]) => [key, distributable(child as z.ZodType)]),
  );
  // Cloned, so that the checks of the object stay.
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
      keyType: (option.keyType as z.ZodString).refine(notReserved, 'this name is taken by a distribution'),
      valueType,
    });
  }
  return option;
}

function distributionsOf(leaf: z.ZodType): z.ZodType[] {
  const distributions: z.ZodType[] = [];
  if (leaf instanceof z.ZodNumber) {
    distributions.push(
      z
        .strictObject({ uniform: ascending(leaf) })
        .describe(`Drawn evenly between two numbers${leaf.isInt ? ', both included' : ''}`),
      z
        .strictObject({
          logUniform: ascending(leaf).refine(([low]) => low > 0, 'a logUniform distribution begins above 0'),
        })
        .describe('Drawn evenly on a logarithmic scale: as often from 1 to 10 as from 10 to 100'),
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
    .describe('Relative weights by value');
  return z.union([list, weights]);
}

function describedLike(source: z.ZodType, target: z.ZodType): z.ZodType {
  return source.description === undefined ? target : target.describe(source.description);
}
