/** A record as a line of text, and back. @module */
import { z } from 'zod';
import { WildstyleError } from '../../errors.js';
import { type ItemRecord, recordSchema, volatileRecordFields } from './record.js';

/**
 * A record as one line of JSON, newline included, its keys in the order of the schema: equal records are equal bytes.
 * @throws `internal` when it is no valid record (a loss that is not a number, say): it could not be read back
 */
export function formatRecord(record: ItemRecord): string {
  return `${JSON.stringify(checked(record))}\n`;
}

/** The same line without the fields that differ between two runs that made the same pixels. */
export function formatStableRecord(record: ItemRecord): string {
  const stable: Partial<ItemRecord> = checked(record);
  for (const field of volatileRecordFields) delete stable[field];
  return `${JSON.stringify(stable)}\n`;
}

/**
 * The record that a line holds.
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
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    throw new WildstyleError('dataset-invalid', `${where}: not a record: ${firstProblem(parsed.error)}`);
  }
  return parsed.data;
}

/** The first thing that is wrong, with its place. */
export function firstProblem(error: z.ZodError): string {
  return z
    .prettifyError({ issues: error.issues.slice(0, 1) })
    .replace(/^✖ /, '')
    .replace(/\s*→ at /, ' at ');
}

function checked(record: ItemRecord): ItemRecord {
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new WildstyleError(
    'internal',
    `the record of item ${record.id} is invalid: ${firstProblem(parsed.error)}`,
  );
}
