/**
 * Failures that may be the fault of the machine: they are recorded only after an item was made, which shows that the
 * machine is in order. Otherwise a run without memory would record every healthy image as failed.
 * @module
 */
import type { FailedRecord, ItemRecord } from '../../dataset/ledger/record.js';
import { WildstyleError } from '../../errors.js';

const suspectCodes: ReadonlySet<string> = new Set(['worker-crashed', 'engine-failed', 'internal']);

/** Whether a record is of a failure that may not be the fault of the item. The orchestrator records it. */
export function isSuspect(record: ItemRecord): record is FailedRecord {
  return record.status === 'failed' && suspectCodes.has(record.error.code);
}

/** One image may bring down any number of workers; several in a row are not to blame. */
const maximumImages = 3;

/** Holds suspect records back until an item is made. */
export class Suspects {
  #held: FailedRecord[] = [];

  /** Holds a record back. @throws `workers-failing` if nothing was made between failures of several content images */
  add(record: FailedRecord): void {
    this.#held.push(record);
    const images = new Set(this.#held.map(({ sources }) => sources.content?.sha256));
    if (images.size < maximumImages) return;
    this.#held = [];
    const message = `Items of ${images.size} content images failed in a row, and none was made in between. The last one: ${record.error.message}`;
    throw new WildstyleError('workers-failing', message, {
      cure: 'If memory ran out, lower run.workers, recipe.size or run.batch. These images are not recorded as failed; run again to resume.',
    });
  }

  /** Returns the records that were held back: an item was made, or no more will be. */
  release(): readonly FailedRecord[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
