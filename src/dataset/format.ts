/**
 * The format of a dataset folder. A reader of format 1 can read every dataset of format 1, including those with columns or
 * fields that a later version added: it checks the ones it knows and preserves the others.
 * @module
 */

/** The `format` in `dataset.json`. Incremented only if readers of the old format cannot read the new one. */
export const formatVersion = 1;

/**
 * The fields of a record that differ between two runs that made the same pixels; `digests.result` leaves them out.
 * `dataset.json` has the list, so that a later version can add to it.
 */
export const volatileFields: readonly string[] = ['attempts', 'elapsedMs'];
