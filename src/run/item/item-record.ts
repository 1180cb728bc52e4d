/** Builds the records of finished items. @module */

import type { GateFacts } from '../../dataset/ledger/gate-record.js';
import { plannedFields, plannedOriginal, plannedStylized } from '../../dataset/ledger/planned-fields.js';
import type { Attempt, FailedRecord, ItemRecord } from '../../dataset/ledger/record.js';
import type { Engine } from '../../engine/engine.js';
import type { WildstyleError } from '../../errors.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { Made } from '../../methods/method.js';
import type { OriginalItem, PlanItem, StylizedItem } from '../../plan/item.js';
import type { AnnotatedFields } from './item-annotations.js';

/** The image that was published for an item. */
export interface PublishedImage {
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A successful attempt. */
const success: Attempt = { error: null };

/** Returns the record of a published original. @param earlier failed attempts */
export function originalRecord(
  item: OriginalItem,
  image: PublishedImage,
  annotated: AnnotatedFields,
  earlier: readonly Attempt[],
): ItemRecord {
  const attempts = [...earlier, success];
  return {
    ...plannedOriginal(item),
    status: 'complete',
    file: item.file,
    ...image,
    ...annotated,
    attempts,
  } as unknown as ItemRecord;
}

/** Returns the record of a published stylized image. @param earlier failed attempts */
export function stylizedRecord(
  item: StylizedItem,
  image: PublishedImage,
  {
    made,
    annotated,
    gate,
  }: {
    readonly made: Made<ResolvedRecipe, object>;
    readonly annotated: AnnotatedFields;
    readonly gate?: GateFacts | undefined;
  },
  { name, device, version, precision }: Engine,
  earlier: readonly Attempt[],
): ItemRecord {
  const { applied, facts, elapsedMs } = made;
  return {
    ...plannedStylized(item),
    ...(gate && { gate }),
    status: 'complete',
    file: item.file,
    ...image,
    ...annotated,
    applied: { ...applied },
    attempts: [...earlier, success],
    engine: { name, device, version, precision },
    elapsedMs: Math.round(elapsedMs),
    ...facts,
    // The facts of a method are checked against its schema when the record is written.
  } as unknown as ItemRecord;
}

/** Returns the record of a failed item. @param earlier failed attempts before this one */
export function failedRecord(
  item: PlanItem,
  { code, message }: WildstyleError,
  earlier: readonly Attempt[],
  gate?: GateFacts,
): FailedRecord {
  const attempts = [...earlier, { error: code }];
  const fields = { ...plannedFields(item), ...(gate && { gate }) };
  return { ...fields, status: 'failed', attempts, error: { code, message } };
}
