/** Collects the records at the end of a run. @module */
import { readJournals } from './ledger/journal.js';
import { mergeRecords } from './ledger/merge-records.js';
import type { ItemRecord } from './ledger/record.js';
import { outputPaths } from './output-paths.js';
import { dropMissing } from './output-status.js';

/**
 * Returns the records in the journals, merged with those from before the run.
 * @param earlier records from before the run, by id
 */
export async function finishedRecords(
  root: string,
  earlier: ReadonlyMap<string, ItemRecord>,
): Promise<Map<string, ItemRecord>> {
  const records = new Map(earlier);
  mergeRecords(records, (await readJournals(outputPaths(root).journalsFolder)).values());
  // A journal of an earlier run may list an image that has since been deleted.
  await dropMissing(root, records);
  return records;
}
