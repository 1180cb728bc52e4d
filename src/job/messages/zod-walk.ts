/** Walks zod schemas: finds the schema at a path, and describes expected values in words. @module */
import { z } from 'zod';
import { distributionKeyOf } from '../distribution.js';

/** The location of a value: keys and list indexes from the top. */
export type Path = readonly (string | number)[];

/** Strips defaults and optionality from a schema. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

/** The options of a union; for any other schema, the schema itself. */
export function optionsOf(schema: z.ZodType): readonly z.ZodType[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodUnion ? (inner.options as readonly z.ZodType[]) : [inner];
}

function childOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, key) ? (schema.shape[key] as z.ZodType) : undefined;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (schema instanceof z.ZodArray)
    return typeof key === 'number' ? (schema.element as z.ZodType) : undefined;
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(key)] as z.ZodType | undefined;
  return undefined;
}

/** The schema at a path below another, searching all options of unions; undefined if there is none. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  if (path.length === 0) return schema;
  for (const option of optionsOf(schema)) {
    const child = childOf(option, path[0]);
    const found = child && schemaAt(child, path.slice(1));
    if (found) return found;
  }
  return undefined;
}

/** The keys that a map can have, if they are fixed. */
export function knownKeys(schema: z.ZodType): string[] {
  return optionsOf(schema).flatMap((option) => {
    if (option instanceof z.ZodObject) return Object.keys(option.shape);
    if (option instanceof z.ZodRecord && option.keyType instanceof z.ZodEnum) {
      return option.keyType.options.map(String);
    }
    return [];
  });
}

/** The nearest place below a schema that has a key, up to two levels down; undefined if there is none. */
export function placeBelow(schema: z.ZodType, key: string, levels = 2): string[] | undefined {
  const children = knownKeys(schema).flatMap((name) => {
    const child = schemaAt(schema, [name]);
    return child ? [{ name, child }] : [];
  });
  const direct = children.find(({ child }) => knownKeys(child).includes(key));
  if (direct) return [direct.name, key];
  if (levels === 1) return undefined;
  for (const { name, child } of children) {
    const found = placeBelow(child, key, levels - 1);
    if (found) return [name, ...found];
  }
  return undefined;
}

/** The words that a value can be, if the schema lists them. */
export function knownWords(schema: z.ZodType): string[] {
  return optionsOf(schema).flatMap((option) =>
    option instanceof z.ZodEnum ? option.options.map(String) : [],
  );
}

/** Whether the schema accepts only whole numbers. */
export function isWholeNumber(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  return inner instanceof z.ZodNumber && inner.isInt;
}

/** Describes what a value must be: `a whole number from 1 to 10000, or a distribution`. */
export function describeExpected(schema: z.ZodType): string {
  const options = optionsOf(schema);
  const values = options.filter((option) => distributionKeyOf(option) === undefined);
  const known = knownWords(schema);
  const repeats = (option: z.ZodType) =>
    option instanceof z.ZodObject && Object.keys(option.shape).every((key) => known.includes(key));
  const words = values.map((option) => (repeats(option) ? 'a map' : describeOption(option)));
  if (values.length === options.length || values.length === 0)
    return (words.length ? words : ['a map']).join(' or ');
  return `${words.join(' or ')}, or a distribution`;
}

function describeOption(schema: z.ZodType): string {
  if (schema instanceof z.ZodUnion) return describeExpected(schema);
  if (schema instanceof z.ZodNumber) return describeNumber(schema);
  if (schema instanceof z.ZodEnum) {
    const words = schema.options.map(String);
    return words.length === 1 ? words[0] : `one of ${words.join(', ')}`;
  }
  if (schema instanceof z.ZodLiteral) return String(schema.value);
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodTuple) return `a list of ${schema.def.items.length}`;
  if (schema instanceof z.ZodArray) return 'a list';
  if (schema instanceof z.ZodObject) {
    const keys = Object.keys(schema.shape);
    return `a map with the key${keys.length === 1 ? '' : 's'} ${keys.join(', ')}`;
  }
  return 'a map';
}

function describeNumber(schema: z.ZodNumber): string {
  const noun = schema.isInt ? 'a whole number' : 'a number';
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = z.toJSONSchema(schema);
  const low = bound(minimum);
  const high = bound(maximum);
  const above = bound(exclusiveMinimum);
  const below = bound(exclusiveMaximum);
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`;
  const words: string[] = [];
  if (above !== undefined) words.push(`above ${above}`);
  else if (low !== undefined) words.push(`of at least ${low}`);
  if (below !== undefined) words.push(`below ${below}`);
  else if (high !== undefined) words.push(words.length > 0 ? `at most ${high}` : `of at most ${high}`);
  return words.length === 0 ? noun : `${noun} ${words.join(' and ')}`;
}

/** An explicit limit; undefined for the default safe integer range. */
function bound(limit: unknown): number | undefined {
  return typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? limit : undefined;
}
