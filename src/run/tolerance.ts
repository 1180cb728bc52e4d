/** How many failures a job tolerates. @module */
import type { Counts } from '../dataset/ledger/tally.js';
import type { Job } from '../job/schema.js';

/** Whether more items failed than the job tolerates: a number, or below 1 a fraction of all items. */
export function tooManyFailures({ failed, items }: Counts, { maxFailures }: Job['run']): boolean {
  return failed > (maxFailures > 0 && maxFailures < 1 ? maxFailures * items : maxFailures);
}
