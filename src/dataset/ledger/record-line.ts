/** A record as a line of text, and back. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import { volatileFields } from '../format.js';
import { type ItemRecord, schemaOf } from './record.js';

/**
 * A record as one line of JSON, newline included, keys in the order of the schema: equal records are equal bytes.
 * @throws `internal` if it is not a valid record (a loss is not a number, for example): it could not be read back
 */
export function formatRecord(record: ItemRecord): string {
  const parsed = parse(record);
  if (parsed.success) return `${JSON.stringify(parsed.data)}\n`;
  throw new WildstyleError('internal', `The record of item ${record.id} is invalid: ${parsed.problem}`);
}

/**
 * A line without the fields that differ between two runs that made the same pixels. It works on the text as written, so
 * that a field added to records later changes nothing for an old dataset.
 */
export function stableLine(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  for (const field of volatileFields) delete record[field];
  return `${JSON.stringify(record)}\n`;
}

/**
 * The record in a line.
 * @param where file and line, for the message
 * @throws `dataset-invalid`
 */
export function parseRecord(text: string, where: string): ItemRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    throw new WildstyleError('dataset-invalid', `${where}: not JSON: ${JSON.stringify(shown)}`, { cause });
  }
  const parsed = parse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${where}: not a record: ${parsed.problem}`);
}

/** The first thing that is wrong, with its place. */
export function firstProblem(error: z.ZodError): string {
  return z
    .prettifyError({ issues: error.issues.slice(0, 1) })
    .replace(/^✖ /, '')
    .replace(/\s*→ at /, ' at ');
}

type Parsed =
  | { readonly success: true; readonly data: ItemRecord }
  | { readonly success: false; readonly problem: string };

function parse(value: unknown): Parsed {
  const schema = schemaOf(value);
  if (!schema) return { success: false, problem: 'it has no known kind, status and method' };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { success: true, data: parsed.data as unknown as ItemRecord };
  return { success: false, problem: firstProblem(parsed.error) };
}
