/** Builds the records of finished items. @module */
import type { Attempt, FailedRecord, ItemRecord } from '../../dataset/ledger/record.js';
import type { Engine } from '../../engine/engine.js';
import type { WildstyleError } from '../../errors.js';
import type { ImageEntry } from '../../inventory/entries.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { Made } from '../../methods/method.js';
import type { OriginalItem, PlanItem, StylizedItem } from '../../plan/item.js';

/** The image that was published for an item. */
export interface PublishedImage {
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A successful attempt. */
const success: Attempt = { error: null };

const source = ({ path, sha256 }: ImageEntry) => ({ path, sha256 });

function plannedOriginal({ id, label, sources, recipe }: OriginalItem) {
  const { content } = sources;
  return {
    id,
    kind: 'original' as const,
    label,
    sources: { content: source(content) },
    drawn: { ...recipe },
  };
}

function plannedStylized({ id, label, sources, replica, seed, recipe }: StylizedItem) {
  return {
    id,
    kind: 'stylized' as const,
    method: recipe.method,
    label,
    sources: { content: source(sources.content), style: source(sources.style) },
    replica,
    seed,
    drawn: { ...recipe },
  };
}

/** Returns the record of a published original. @param earlier failed attempts */
export function originalRecord(
  item: OriginalItem,
  image: PublishedImage,
  earlier: readonly Attempt[],
): ItemRecord {
  const attempts = [...earlier, success];
  return { ...plannedOriginal(item), status: 'complete', file: item.file, ...image, attempts };
}

/** Returns the record of a published stylized image. @param earlier failed attempts */
export function stylizedRecord(
  item: StylizedItem,
  image: PublishedImage,
  { applied, facts, elapsedMs }: Made<ResolvedRecipe, object>,
  { name, device, version }: Engine,
  earlier: readonly Attempt[],
): ItemRecord {
  return {
    ...plannedStylized(item),
    status: 'complete',
    file: item.file,
    ...image,
    applied: { ...applied },
    attempts: [...earlier, success],
    engine: { name, device, version },
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
): FailedRecord {
  const planned = item.kind === 'original' ? plannedOriginal(item) : plannedStylized(item);
  const attempts = [...earlier, { error: code }];
  return { ...planned, status: 'failed', attempts, error: { code, message } };
}
