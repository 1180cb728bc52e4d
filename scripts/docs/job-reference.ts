/** Generates the reference of job files from the JSON Schema that editors use. @module */
import { distributionKeys } from '../../src/job/distribution.js';
import { jobJsonSchema } from '../../src/job/schema.js';
import { defaultInWords, type JsonSchema, valueInWords } from './json-schema.js';
import { markdownTable } from './regions.js';

const titles = ['key', 'value', 'default', 'what it does'];

/** Markdown with one table for each section of a job. */
export function jobReference(): string {
  const { properties = {}, required = [] } = jobJsonSchema() as JsonSchema;
  const parts = Object.entries(properties).map(([key, schema]) => {
    const rows = rowsOf(key, schema, required.includes(key));
    const [own, ...below] = rows;
    const description = schema.description ?? '';
    if (below.length === 0) return `### ${key}\n\n${markdownTable(titles, own ? [own] : [])}`;
    return `### ${key}\n\n${description}.\n\n${markdownTable(titles, below)}`;
  });
  return parts.join('\n\n');
}

/** The row of a key, followed by the rows of nested keys. */
function rowsOf(key: string, given: JsonSchema, isRequired: boolean): string[][] {
  const schema = withoutDistributions(given);
  const row = [
    `\`${key}\``,
    valueInWords(schema),
    defaultInWords(given, isRequired),
    given.description ?? '',
  ];
  const groups = (schema.anyOf ?? [schema]).filter(({ properties }) => properties);
  const below = groups.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, child]) =>
      rowsOf(`${key}.${name}`, child, required.includes(name)),
    ),
  );
  const { properties = {}, required = [] } = schema.items ?? {};
  const inList = Object.entries(properties).flatMap(([name, child]) =>
    rowsOf(`${key}[].${name}`, child, required.includes(name)),
  );
  return [row, ...below, ...inList];
}

/** Removes distributions from a schema. The docs explain once that every recipe parameter accepts them. */
function withoutDistributions(schema: JsonSchema): JsonSchema {
  if (typeof schema.additionalProperties === 'object') {
    return { ...schema, additionalProperties: withoutDistributions(schema.additionalProperties) };
  }
  if (!schema.anyOf) return schema;
  const [only, ...others] = schema.anyOf
    .filter((option) => !isDistribution(option))
    .map(withoutDistributions);
  const { anyOf: _, ...rest } = schema;
  return only && others.length === 0
    ? { ...rest, ...only }
    : { ...rest, anyOf: only ? [only, ...others] : others };
}

function isDistribution({ properties = {} }: JsonSchema): boolean {
  const [key, ...others] = Object.keys(properties);
  return others.length === 0 && distributionKeys.some((known) => known === key);
}
