/** Exports with files for each image write many at once: flushing one at a time would take most of the time. @module */
import type { CompleteRecord } from '../dataset/ledger/record.js';

/** Writes a file. */
export type WriteFile = () => Promise<void>;

const recordsAtOnce = 64;

/**
 * Writes the files of each record, those of up to 64 records at the same time; they start in order.
 * @param filesOf returns what writes the files of a record. Called for one record after the other
 */
export async function writeFilesOfEach(
  records: AsyncIterable<CompleteRecord>,
  filesOf: (record: CompleteRecord) => readonly WriteFile[] | Promise<readonly WriteFile[]>,
): Promise<void> {
  let batch: WriteFile[] = [];
  let count = 0;
  for await (const record of records) {
    batch.push(...(await filesOf(record)));
    if (++count % recordsAtOnce !== 0) continue;
    await writeAll(batch);
    batch = [];
  }
  await writeAll(batch);
}

/** Nothing may be written after an export has failed, so an error is thrown when all have ended. */
async function writeAll(files: readonly WriteFile[]): Promise<void> {
  const settled = await Promise.allSettled(files.map((write) => write()));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}
