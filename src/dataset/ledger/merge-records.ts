/** Which of several records of one item counts. @module */
import type { ItemRecord } from './record.js';

/** Adds records to a map by item id: a complete record counts more than a failed one, else the later one counts. */
export function mergeRecords(into: Map<string, ItemRecord>, records: Iterable<ItemRecord>): void {
  for (const record of records) {
    if (into.get(record.id)?.status === 'complete' && record.status === 'failed') continue;
    into.set(record.id, record);
  }
}
