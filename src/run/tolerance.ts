/** Checks whether too many items failed. @module */
import type { Counts } from '../dataset/ledger/tally.js';
import type { Job } from '../job/schema.js';

/** Returns whether more items failed than `maxFailures`, which is a count or, below 1, a fraction of all items. */
export function tooManyFailures({ failed, items }: Counts, { maxFailures }: Job['run']): boolean {
  return failed > (maxFailures > 0 && maxFailures < 1 ? maxFailures * items : maxFailures);
}
