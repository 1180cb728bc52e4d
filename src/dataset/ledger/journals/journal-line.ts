/** Lines of a journal: a checksum, a space, and a record. @module */
import { crc32 } from 'node:zlib';
import type { ItemRecord } from '../record.js';
import { formatRecord } from '../record-line.js';

const checksumDigits = 8;
/** Where the record begins in a line. */
export const recordStart = checksumDigits + 1;

/** Returns a record as a line with its checksum, including the newline. @throws `internal`, as `formatRecord` does */
export function formatJournalLine(record: ItemRecord): string {
  return checkedLine(formatRecord(record).trimEnd());
}

/** Returns a line with the checksum of a text, including the newline. */
export function checkedLine(text: string): string {
  return `${checksum(text)} ${text}\n`;
}

/** Returns the record in a line, as bytes of UTF-8; undefined if the line is damaged. */
export function checkedBytes(line: Buffer): Buffer | undefined {
  const bytes = line.subarray(recordStart);
  return line.toString('latin1', 0, recordStart) === `${checksum(bytes)} ` ? bytes : undefined;
}

/** Returns the record in a line, as text; undefined if the line is damaged. */
export function checkedText(line: string): string | undefined {
  return checkedBytes(Buffer.from(line))?.toString('utf8');
}

/** CRC-32 finds every change of up to 32 bits in a row, and all others but one in four billion. */
function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(checksumDigits, '0');
}
