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

/**
 * The caption of an item.
 * @param varying further keys of the recipe to tell, as `style.scale`
 */
export function captionOf(record: CompleteRecord, varying: readonly string[] = []): string {
  const { label, sources } = record;
  const names = Object.values(sources).map(({ path }) => basename(path));
  return [label, names.join(' + '), ...(isStylized(record) ? recipeWords(record, varying) : [])]
    .filter((part) => part !== undefined && part !== null && part !== '')
    .join(' · ');
}

function recipeWords(record: StylizedRecord, varying: readonly string[]): (string | undefined)[] {
  const { applied } = record;
  const { network } = factsOf(record);
  const style = applied.style as { loss?: object; strength?: number } | undefined;
  const values = leavesOf(record.drawn);
  return [
    style?.strength === undefined ? undefined : `strength ${Number(style.strength.toPrecision(3))}`,
    network?.name,
    Object.keys(style?.loss ?? {}).join(' + '),
    applied.optimizer ? `${applied.optimizer} ${stepsText(record)}` : undefined,
    ...varying.map((path) => (values.has(path) ? `${path} ${values.get(path)}` : undefined)),
  ];
}

/** The steps of each stage, as a job has them: the last ones are those of `steps`. A stage may end early. */
function stepsText(record: StylizedRecord): string {
  const { steps } = factsOf(record);
  const { stages, steps: last } = record.applied as {
    stages?: readonly { steps?: unknown }[];
    steps?: unknown;
  };
  const planned = [...(stages ?? []).map((stage) => stage.steps), last].map(Number);
  const total = planned.reduce((sum, number) => sum + number, 0);
  return planned.length > 1 && total === steps ? `${planned.join(' + ')} steps` : `${steps} steps`;
}

/** Keys that are in every caption. */
const usualKeys = ['style.strength', 'style.loss', 'network', 'optimizer', 'steps', 'stages'];

/** The drawn keys that differ between records, except those that every caption has. */
export function varyingKeys(records: readonly CompleteRecord[]): string[] {
  const seen = new Map<string, Set<string>>();
  for (const record of records) {
    if (!isStylized(record)) continue;
    for (const [path, value] of leavesOf(record.drawn))
      seen.set(path, (seen.get(path) ?? new Set()).add(value));
  }
  const isUsual = (path: string) => usualKeys.some((key) => path === key || path.startsWith(`${key}.`));
  return [...seen].flatMap(([path, values]) => (values.size > 1 && !isUsual(path) ? [path] : [])).sort();
}

/** The values of a recipe as text, by path; numbers with three digits. */
function leavesOf(recipe: object): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, below] of Object.entries(value)) walk(below, path === '' ? key : `${path}.${key}`);
    } else if (value !== undefined) {
      const isNumber = typeof value === 'number';
      found.set(
        path,
        isNumber
          ? String(Number(value.toPrecision(3)))
          : typeof value === 'string'
            ? value
            : JSON.stringify(value),
      );
    }
  };
  walk(recipe, '');
  return found;
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
