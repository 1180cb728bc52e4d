/** Chooses between several records of the same item. @module */
import type { ItemRecord } from './record.js';

/**
 * Adds records to a map by item id. A complete record takes precedence over a failed one, otherwise a later one over an
 * earlier one.
 */
export function mergeRecords(into: Map<string, ItemRecord>, records: Iterable<ItemRecord>): void {
  for (const record of records) {
    if (into.get(record.id)?.status === 'complete' && record.status === 'failed') continue;
    into.set(record.id, record);
  }
}
