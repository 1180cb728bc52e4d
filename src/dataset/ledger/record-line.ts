/** Converts records to lines of text and back. @module */
import { WildstyleError } from '../../errors.js';
import { firstProblem } from '../../files/first-problem.js';
import { parseJson } from '../../files/json.js';
import { volatileFields } from '../format.js';
import { type ItemRecord, schemaOf } from './record.js';

/**
 * Returns a record as one line of JSON, including the newline. Keys are in schema order, so equal records give equal bytes.
 * @throws `internal` if the record is invalid and could not be read back, for example because a loss is not a number
 */
export function formatRecord(record: ItemRecord): string {
  const parsed = parse(record);
  if (parsed.success) return `${JSON.stringify(parsed.data)}\n`;
  throw new WildstyleError('internal', `The record of item ${record.id} is invalid: ${parsed.problem}`);
}

/**
 * Returns a line without the fields that may differ between two runs that made the same pixels. Works on the text as
 * written, so that adding fields to the schema does not affect existing datasets.
 */
export function stableLine(line: string, volatile: readonly string[] = volatileFields): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  for (const field of volatile) delete record[field];
  return `${JSON.stringify(record)}\n`;
}

/** Where the losses begin: most of a record, and the last of what it says. No text in JSON has these characters. */
const lossesStart = Buffer.from(',"loss":{"initial":');

/**
 * Parses what a line says before the losses, without checking it: in a large dataset, these are most of what there is to
 * parse. For lines whose checksum is right.
 */
export function parseHead(bytes: Buffer): unknown {
  const end = bytes.indexOf(lossesStart);
  if (end > 0) {
    try {
      return JSON.parse(`${bytes.toString('utf8', 0, end)}}`);
    } catch {
      // A key of something within the record.
    }
  }
  return JSON.parse(bytes.toString('utf8'));
}

/**
 * Parses the record in a line.
 * @param where file and line number, for the error message
 * @throws `dataset-invalid`
 */
export function parseRecord(text: string, where: string): ItemRecord {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
    const reason = cause instanceof Error && cause.message.startsWith('nested') ? cause.message : 'not JSON';
    throw new WildstyleError('dataset-invalid', `${where}: ${reason}: ${shown}`, { cause });
  }
  const parsed = parse(value);
  if (parsed.success) return parsed.data;
  throw new WildstyleError('dataset-invalid', `${where}: not a valid record: ${parsed.problem}`);
}

type Parsed =
  | { readonly success: true; readonly data: ItemRecord }
  | { readonly success: false; readonly problem: string };

function parse(value: unknown): Parsed {
  const schema = schemaOf(value);
  if (!schema) return { success: false, problem: '`kind` must be "original" or "stylized"' };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { success: true, data: parsed.data as unknown as ItemRecord };
  return { success: false, problem: firstProblem(parsed.error) };
}
