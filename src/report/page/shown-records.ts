/** Which records of a dataset a page shows: all, or a part that is spread over the manifest. @module */
import { manifestLines } from '../../dataset/ledger/manifest.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';

/** In JSON, a quotation mark inside of text is escaped, so only the field itself reads like this. */
const failedText = '"status":"failed"';
/** Of failures, beyond those that the spread meets, not more than this share of the images is shown. */
const failureShare = 0.2;

/**
 * Yields the records in manifest order. Of more than `atMost`, those at even distances, and the first failed ones; the lines
 * of the others are not parsed.
 * @param total number of records
 */
export async function* shownRecords(
  root: string,
  total: number,
  atMost: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<ItemRecord> {
  const share = Math.min(1, atMost / Math.max(1, total));
  let failuresLeft = Math.ceil(atMost * failureShare);
  let index = 0;
  for await (const { text, record } of manifestLines(root)) {
    const isSpread = Math.floor((index + 1) * share) > Math.floor(index * share);
    index++;
    if (isSpread || (failuresLeft > 0 && text.includes(failedText))) {
      if (!isSpread) failuresLeft--;
      yield record();
    }
  }
}
