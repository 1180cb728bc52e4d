/**
 * Generates the reference of a dataset's files: records, metadata rows and the summary. Field descriptions come from the
 * schemas.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { metadataColumns } from '../../src/dataset/ledger/metadata-row.js';
import { recordShapes } from '../../src/dataset/ledger/record.js';
import { summarySchema } from '../../src/dataset/summary.js';
import { type JsonSchema, valueInWords } from './json-schema.js';
import { markdownTable } from './regions.js';

/** A field of a schema. */
interface Field {
  readonly path: string;
  readonly value: string;
  readonly meaning: string;
  /** The field's value, if the schema allows only one. */
  readonly constant: string | undefined;
}

/** The table of record fields, with the kinds of records that have them. */
export function recordReference(): string {
  const shapes = Object.values(recordShapes).map(jsonSchemaOf);
  const having = new Map<string, { fields: Field[]; shapes: JsonSchema[] }>();
  // Records with the most fields come first, because they determine the order.
  const sizeOf = ({ properties = {} }: JsonSchema) => Object.keys(properties).length;
  for (const shape of [...shapes].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    for (const field of fieldsOf(shape)) {
      const known = having.get(field.path) ?? { fields: [], shapes: [] };
      known.fields.push(field);
      known.shapes.push(shape);
      having.set(field.path, known);
    }
  }
  const rows = [...having].map(([path, { fields, shapes: some }]) => [
    `\`${path}\``,
    valueInAll(fields),
    recordsInWords(some, shapes),
    meaningOf(fields, some),
  ]);
  return markdownTable(['field', 'value', 'records', 'meaning'], rows);
}

/** The table of fields in `dataset.json`. */
export function summaryReference(): string {
  const rows = fieldsOf(jsonSchemaOf(summarySchema)).map(({ path, value, meaning }) => [
    `\`${path}\``,
    value,
    meaning,
  ]);
  return markdownTable(['field', 'value', 'meaning'], rows);
}

/** The table of columns in `metadata.jsonl`. */
export function metadataReference(): string {
  const rows = metadataColumns.map(({ name, type, meaning }) => [`\`${name}\``, type, sentence(meaning)]);
  return markdownTable(
    ['column', 'type', 'meaning'],
    [['`file_name`', 'string', 'Path of the image, relative to the split folder'], ...rows],
  );
}

const sentence = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** Converts a schema to JSON Schema and replaces each constant with an enum of one value. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7' }));
  return JSON.parse(text, (_key, value) =>
    typeof value === 'object' && value !== null && 'const' in value
      ? { ...value, enum: [value.const] }
      : value,
  );
}

/**
 * The fields of an object and of nested objects, in order. A group without a description is not listed itself, but its
 * fields are.
 * @throws if a field has no description
 */
function fieldsOf(schema: JsonSchema): Field[] {
  const expanded: { readonly path: string; readonly children: readonly [string, JsonSchema][] }[] = [];
  const below = (path: string, given: JsonSchema): Field[] => {
    const { description: meaning } = given;
    const children = childrenOf(given).filter(([, child]) => meaning === undefined || isDescribed(child));
    if (meaning === undefined && children.length === 0)
      throw new Error(`The field ${path} has no description.`);
    const same = children.length > 0 && expanded.find((other) => isDeepStrictEqual(other.children, children));
    if (meaning !== undefined) {
      if (same)
        return [{ ...fieldOf(path, given, meaning), value: `${containerOf(given)} like \`${same.path}\`` }];
      if (children.length > 0) expanded.push({ path, children });
    }
    const prefix = path === '' ? '' : `${path}${given.items ? '[]' : ''}.`;
    const fields = children.flatMap(([name, child]) => below(`${prefix}${name}`, child));
    return meaning === undefined ? fields : [fieldOf(path, given, meaning), ...fields];
  };
  return below('', schema);
}

function fieldOf(path: string, schema: JsonSchema, meaning: string): Field {
  const value = valueInWords(schema);
  return { path, value, meaning, constant: schema.enum?.length === 1 ? value : undefined };
}

const containerOf = ({ items }: JsonSchema): string => (items ? 'list: map' : 'map');

/** The named children of an object, of the items of a list, or of a map with known keys. */
function childrenOf({
  properties,
  items,
  propertyNames,
  additionalProperties,
}: JsonSchema): [string, JsonSchema][] {
  if (properties) return Object.entries(properties);
  if (items) return Object.entries(items.properties ?? {});
  if (!propertyNames?.enum || typeof additionalProperties !== 'object') return [];
  return propertyNames.enum.map((name) => [String(name), additionalProperties]);
}

const isDescribed = (schema: JsonSchema): boolean =>
  schema.description !== undefined || childrenOf(schema).some(([, child]) => isDescribed(child));

/** The values of a field over all kinds of records. */
function valueInAll(fields: readonly Field[]): string {
  const values = [...new Set(fields.map(({ value }) => value))];
  // Text includes every constant; a map with known fields is still a map.
  const general = ['text', 'map'].find((word) => values.includes(word));
  return general ?? values.sort().join(', ');
}

/** The meaning of a field. If it depends on the field's value or the kind of record, lists each case. */
function meaningOf(fields: readonly Field[], shapes: readonly JsonSchema[]): string {
  const meanings = [...new Set(fields.map(({ meaning }) => meaning))];
  if (meanings.length === 1) return meanings[0];
  const each = fields.map(({ constant, meaning }, index) => {
    const kind = constantOf(shapes[index], 'kind');
    return `${constant ?? `\`${kind}\``}: ${meaning}`;
  });
  return [...new Set(each)].sort().join('; ');
}

/** Describes which kinds of records have a field. */
function recordsInWords(some: readonly JsonSchema[], all: readonly JsonSchema[]): string {
  const groups: [string, (shape: JsonSchema) => boolean][] = [
    ['all', () => true],
    ['complete', (shape) => constantOf(shape, 'status') === 'complete'],
    ['failed', (shape) => constantOf(shape, 'status') === 'failed'],
    ['stylized', (shape) => constantOf(shape, 'kind') === 'stylized'],
    [
      'complete, stylized',
      (shape) => constantOf(shape, 'status') === 'complete' && constantOf(shape, 'kind') === 'stylized',
    ],
  ];
  const found = groups.find(([, has]) => all.every((shape) => has(shape) === some.includes(shape)));
  if (found) return found[0];
  const methods = some.map((shape) => constantOf(shape, 'method'));
  if (methods.includes(undefined))
    throw new Error('Cannot describe which records have a field. Add a group for them.');
  return `complete, ${methods.map((method) => `\`${method}\``).join(', ')}`;
}

function constantOf({ properties }: JsonSchema, name: string): unknown {
  const values = properties?.[name]?.enum;
  return values?.length === 1 ? values[0] : undefined;
}
