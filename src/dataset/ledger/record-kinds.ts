/** Tells records apart. Needs no method, so commands that only count load none. @module */
import type { AnyFacts, CompleteRecord, ItemRecord, StylizedRecord } from './record.js';

/** Returns whether a record is of an existing image. */
export function isComplete(record: ItemRecord): record is CompleteRecord {
  return record.status === 'complete';
}

/** Returns whether a record is of an existing stylized image. */
export function isStylized(record: ItemRecord): record is StylizedRecord {
  return record.status === 'complete' && record.kind === 'stylized';
}

/** Returns the path of a record's image, relative to the dataset folder; empty for a failed item. */
export function fileOf(record: ItemRecord): string {
  return record.status === 'complete' ? record.file : '';
}

/** Returns the facts that the method reported about an image. */
export function factsOf(record: ItemRecord): AnyFacts {
  return isStylized(record) ? (record as AnyFacts) : {};
}
