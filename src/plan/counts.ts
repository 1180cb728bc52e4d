/** The number of stylized items per content image: class balancing and the limit. @module */
import type { Job } from '../job/schema.js';
import type { Key } from '../random.js';

type Rules = Pick<Job['sampling'], 'stylesPerContent' | 'balanceClasses' | 'limit' | 'keepOriginals'>;

/** The content images of one class in one set of the dataset, as indexes into the list of places. */
export interface ContentClass {
  readonly label: string | null;
  readonly contents: readonly number[];
  /** The set: a split, or the robustness set of one. Default: all classes are in one. */
  readonly set?: string;
  /** Whether originals of the set are in the dataset. Default: as `keepOriginals` says. */
  readonly hasOriginals?: boolean;
}

/**
 * Groups places by set and class. Classes are sorted by name (code units), then by set; places keep their order.
 * @param places what has a class, and a set if there are several
 */
export function classesOf(
  places: readonly Pick<ContentClass, 'label' | 'set' | 'hasOriginals'>[],
): ContentClass[] {
  const byKey = new Map<string, { first: (typeof places)[number]; indexes: number[] }>();
  for (const [index, place] of places.entries()) {
    const key = JSON.stringify([place.label, place.set]);
    const known = byKey.get(key);
    if (known) known.indexes.push(index);
    else byKey.set(key, { first: place, indexes: [index] });
  }
  return [...byKey.values()]
    .map(({ first: { label, set, hasOriginals }, indexes }) => ({
      label,
      contents: indexes,
      ...(set !== undefined && { set }),
      ...(hasOriginals !== undefined && { hasOriginals }),
    }))
    .sort((a, b) => compare(a.label ?? '', b.label ?? '') || compare(a.set ?? '', b.set ?? ''));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The number of stylized items of every content image.
 *
 * Balancing makes every class as large as the largest one of its set, counting originals if they are kept. Content images of one
 * class differ by at most one item, and each has at least `stylesPerContent`. A limit is divided evenly among the
 * classes, then among the content images of a class. Keys of the content images, not their order, determine which ones
 * get one item more, so adding a content image moves few of these extra items.
 */
export function itemsPerContent(
  classes: readonly ContentClass[],
  keys: readonly Key[],
  rules: Rules,
): Uint32Array {
  const counts = new Uint32Array(keys.length);
  const wanted = classTotals(classes, rules);
  const total = wanted.reduce((sum, n) => sum + n, 0);
  const totals = rules.limit !== undefined && rules.limit < total ? shareOut(rules.limit, wanted) : wanted;
  for (const [index, { contents }] of classes.entries()) {
    const each = Math.floor(totals[index] / contents.length);
    const more = totals[index] % contents.length;
    for (const content of contents) counts[content] = each;
    if (more === 0) continue;
    const byKey = [...contents].sort((a, b) => keys[a][0] - keys[b][0] || keys[a][1] - keys[b][1] || a - b);
    for (const content of byKey.slice(0, more)) counts[content] += 1;
  }
  return counts;
}

function classTotals(
  classes: readonly ContentClass[],
  { stylesPerContent, balanceClasses, keepOriginals }: Rules,
): number[] {
  if (!balanceClasses) return classes.map(({ contents }) => contents.length * stylesPerContent);
  const originals = ({ hasOriginals = keepOriginals }: ContentClass) => (hasOriginals ? 1 : 0);
  const targets = new Map<string | undefined, number>();
  for (const one of classes) {
    const size = one.contents.length * (stylesPerContent + originals(one));
    targets.set(one.set, Math.max(targets.get(one.set) ?? 0, size));
  }
  return classes.map((one) => (targets.get(one.set) ?? 0) - one.contents.length * originals(one));
}

/** Divides a total among classes as evenly as their capacities allow. The largest classes get the remainder. */
function shareOut(total: number, capacities: readonly number[]): number[] {
  const shares = capacities.map(() => 0);
  const order = capacities.map((_, index) => index).sort((a, b) => capacities[a] - capacities[b] || a - b);
  let left = total;
  for (const [position, index] of order.entries()) {
    shares[index] = Math.min(capacities[index], Math.floor(left / (order.length - position)));
    left -= shares[index];
  }
  return shares;
}
