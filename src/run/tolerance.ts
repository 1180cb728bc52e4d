/** Checks whether too many items failed. @module */
import type { Counts } from '../dataset/ledger/tally.js';
import type { Job } from '../job/schema.js';

/**
 * Returns whether more items failed than `maxFailures`, which is a count or, below 1, a fraction of all items. Images that the
 * gate dropped are missing as the job says, and are not failures.
 */
export function tooManyFailures(
  { failed: missing, items, errors }: Counts,
  { maxFailures }: Pick<Job['run'], 'maxFailures'>,
): boolean {
  const failed = missing - (errors['label-lost'] ?? 0);
  return failed > (maxFailures > 0 && maxFailures < 1 ? maxFailures * items : maxFailures);
}
