/**
 * The format of a dataset's folder. Readers of format 1 read every dataset of format 1, also one with columns or fields that
 * a later version added: they check what they know and leave the rest as it was written.
 * @module
 */

/** In `dataset.json`. Increased only when readers of the old format could not read the new one. */
export const formatVersion = 1;

/**
 * The fields of a record that differ between two runs that made the same pixels. `digests.result` leaves them out. A field
 * may be added to the list; one that was ever written must stay.
 */
export const volatileFields = ['attempts', 'elapsedMs'] as const;
