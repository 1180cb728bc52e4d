/** Chooses the items of a contact sheet and writes their captions. @module */
import { basename } from 'node:path';
import type { CompleteRecord, ItemRecord, StylizedRecord } from '../dataset/ledger/record.js';
import { factsOf, isStylized } from '../dataset/ledger/record-kinds.js';

/** What decides whether a record is shown. */
type Shown = Pick<ItemRecord, 'status' | 'kind' | 'label'>;

/**
 * Chooses at most `maximum` finished stylized items. Classes come in sorted order with shares as equal as possible;
 * within a class, items are spread evenly over its records.
 */
export function chooseSheetRows<T extends Shown>(
  records: Iterable<T>,
  maximum: number,
): (T extends ItemRecord ? T & StylizedRecord : T)[];
export function chooseSheetRows(records: Iterable<Shown>, maximum: number): Shown[] {
  const classes = new Map<string, Shown[]>();
  for (const record of records) {
    if (record.status !== 'complete' || record.kind !== 'stylized') continue;
    const ofClass = classes.get(record.label ?? '') ?? [];
    ofClass.push(record);
    classes.set(record.label ?? '', ofClass);
  }
  const groups = [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  const shares = fairShares(
    groups.map(({ length }) => length),
    maximum,
  );
  return groups.flatMap((group, index) => spread(group, shares[index] ?? 0));
}

/** The one-line caption of an item. */
export function captionOf(record: CompleteRecord): string {
  const { label, sources } = record;
  const names = Object.values(sources).map(({ path }) => basename(path));
  return [label, names.join(' + '), ...(isStylized(record) ? recipeWords(record) : [])]
    .filter((part) => part !== undefined && part !== null && part !== '')
    .join(' · ');
}

function recipeWords(record: StylizedRecord): (string | undefined)[] {
  const { applied } = record;
  const { network, steps } = factsOf(record);
  const style = applied.style as { loss?: object; strength?: number } | undefined;
  return [
    style?.strength === undefined ? undefined : `strength ${Number(style.strength.toPrecision(3))}`,
    network?.name,
    Object.keys(style?.loss ?? {}).join(' + '),
    applied.optimizer ? `${applied.optimizer} ${steps} steps` : undefined,
  ];
}

/** Takes one at a time from each group in turn, skipping exhausted ones, until the total is reached. */
function fairShares(available: readonly number[], total: number): number[] {
  const shares = available.map(() => 0);
  for (
    let left = Math.min(
      total,
      available.reduce((sum, count) => sum + count, 0),
    );
    left > 0;
  ) {
    for (const [index, count] of available.entries()) {
      const share = shares[index] as number;
      if (left === 0 || share === count) continue;
      shares[index] = share + 1;
      left--;
    }
  }
  return shares;
}

function spread<T>(list: readonly T[], count: number): T[] {
  return Array.from(
    { length: count },
    (_, index) => list[Math.floor(((index + 0.5) * list.length) / count)] as T,
  );
}
