/** The number of stylized items per content image: class balancing and the limit. @module */

import type { ContentEntry } from '../inventory/entries.js';
import type { Job } from '../job/schema.js';
import type { Key } from '../random.js';

type Rules = Pick<Job['sampling'], 'stylesPerContent' | 'balanceClasses' | 'limit' | 'keepOriginals'>;

/** The content images of one class, as indexes into the list of content images. */
export interface ContentClass {
  readonly label: string | null;
  readonly contents: readonly number[];
}

/** Groups content images by class. Classes are sorted by name (code units); content images keep their order. */
export function classesOf(contents: readonly ContentEntry[]): ContentClass[] {
  const byLabel = new Map<string | null, number[]>();
  for (const [index, { label }] of contents.entries()) {
    const list = byLabel.get(label);
    if (list) list.push(index);
    else byLabel.set(label, [index]);
  }
  return [...byLabel]
    .map(([label, indexes]) => ({ label, contents: indexes }))
    .sort((a, b) => ((a.label ?? '') < (b.label ?? '') ? -1 : 1));
}

/**
 * The number of stylized items of every content image.
 *
 * Balancing makes every class as large as the largest one, counting originals if they are kept. Content images of one
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
  const sizes = classes.map(({ contents }) => contents.length);
  if (!balanceClasses) return sizes.map((size) => size * stylesPerContent);
  const originals = keepOriginals ? 1 : 0;
  const target = sizes.reduce((most, size) => Math.max(most, size), 0) * (stylesPerContent + originals);
  return sizes.map((size) => target - size * originals);
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
