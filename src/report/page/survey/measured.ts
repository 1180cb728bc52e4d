/** What was measured of an image. @module */
import type { ItemRecord } from '../../../dataset/ledger/record.js';
import { factsOf, isStylized } from '../../../dataset/ledger/record-kinds.js';

/** The sum of the content terms after the last step: how far the image is from its photograph. Not a number without any. */
export const contentLossOf = (record: ItemRecord): number => sumOfTerms(record, 'content.');

/** The sum of the style terms after the last step: how far the image is from its style. Not a number without any. */
export const styleLossOf = (record: ItemRecord): number => sumOfTerms(record, 'style.');

/** The share of edges that stayed; not a number if it was not measured. */
export const edgeF1Of = (record: ItemRecord): number =>
  isStylized(record) ? (record.edgeF1 ?? Number.NaN) : Number.NaN;

function sumOfTerms(record: ItemRecord, start: string): number {
  const terms = Object.entries(factsOf(record).loss?.final.terms ?? {});
  const found = terms.filter(([name]) => name.startsWith(start));
  return found.length === 0 ? Number.NaN : found.reduce((sum, [, value]) => sum + value, 0);
}
