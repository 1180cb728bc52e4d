/**
 * Draws the splits of groups. No function of the images alone has exact shares and moves no image when another is added:
 * without memory, an image's split could depend on nothing but the image, and shares would be right only on average. So
 * the first draw is exact, and the dataset remembers it: a group that has a split keeps it, and new ones go where images
 * are missing.
 * @module
 */
import { deriveKey, drawNumber, type Key, keyOfDigest, uniform } from '../random.js';
import { roundTable } from './rounding.js';

/** A group to draw, or one that has its split already. */
export interface DrawnGroup {
  readonly digest: string;
  /** Number of images, by class. */
  readonly images: ReadonlyMap<string | null, number>;
  readonly split: string | undefined;
}

const draw = drawNumber('split');

/**
 * Returns the split of every group. If no group had a split and each is one image, every split differs from its share by
 * less than one image, in each class and in all. New images among earlier ones go where most is missing: the difference
 * stays below two. Groups of several images go first, the largest ones before the others, each where most is missing.
 * @param shares by split; they are scaled to add up to 1
 * @param seed the key of the job's seed
 */
export function drawSplits(
  groups: readonly DrawnGroup[],
  shares: Readonly<Record<string, number>>,
  seed: Key,
): string[] {
  const names = Object.keys(shares);
  const total = names.reduce((sum, name) => sum + shares[name], 0);
  const missing = new Missing(names.map((name) => shares[name] / total));
  for (const { images } of groups) for (const [label, count] of images) missing.want(label, count);
  const splits: (string | undefined)[] = groups.map(({ split }) => split);
  for (const { images, split } of groups) if (split !== undefined) missing.take(images, names.indexOf(split));

  const undrawn = groups.flatMap(({ split, digest, images }, index) =>
    split === undefined
      ? [
          {
            index,
            images,
            size: sizeOf(images),
            at: uniform(deriveKey(seed, keyOfDigest(digest)), draw, 0),
            digest,
          },
        ]
      : [],
  );
  undrawn.sort((a, b) => a.at - b.at || (a.digest < b.digest ? -1 : 1));
  for (const { index, images } of undrawn.filter(({ size }) => size > 1).sort((a, b) => b.size - a.size)) {
    const split = missing.most(images);
    missing.take(images, split);
    splits[index] = names[split];
  }

  const singles = undrawn.filter(({ size }) => size === 1);
  if (undrawn.length < groups.length) {
    for (const { index, images } of singles) {
      const split = missing.mostInBoth(images);
      missing.take(images, split);
      splits[index] = names[split];
    }
  } else drawAtOnce(singles, missing, (index, split) => (splits[index] = names[split]));
  return splits.map((split) => split ?? names[0]);
}

/** Draws groups of one image each, so that the shares are exact in every class and in all. */
function drawAtOnce(
  singles: readonly { readonly index: number; readonly images: DrawnGroup['images'] }[],
  missing: Missing,
  put: (index: number, split: number) => void,
): void {
  const byClass = new Map<string | null, number[]>();
  for (const { index, images } of singles) {
    const [label] = images.keys();
    const list = byClass.get(label);
    if (list) list.push(index);
    else byClass.set(label, [index]);
  }
  const classes = [...byClass].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const counts = roundTable(classes.map(([label, indexes]) => fill(missing.of(label), indexes.length)));
  for (const [row, [, indexes]] of classes.entries()) {
    // In the order of their draws, the first go to the first split, and so on: another image moves only the borders.
    let next = 0;
    for (const [split, count] of counts[row].entries())
      for (const end = next + count; next < end; next++) put(indexes[next], split);
  }
}

function sizeOf(images: ReadonlyMap<string | null, number>): number {
  return [...images.values()].reduce((sum, count) => sum + count, 0);
}

/** Counts how many images of each class each split still needs. */
class Missing {
  readonly #byClass = new Map<string | null, number[]>();
  readonly #inAll: number[];

  constructor(private readonly shares: readonly number[]) {
    this.#inAll = shares.map(() => 0);
  }

  of(label: string | null): readonly number[] {
    return this.#rowOf(label);
  }

  want(label: string | null, count: number): void {
    const row = this.#rowOf(label);
    for (const [split, share] of this.shares.entries()) {
      row[split] += share * count;
      this.#inAll[split] += share * count;
    }
  }

  /** @param split -1 for a split that has no share left */
  take(images: ReadonlyMap<string | null, number>, split: number): void {
    for (const [label, count] of images) {
      for (const row of [this.#rowOf(label), this.#inAll]) {
        if (split >= 0) row[split] -= count;
        else for (const [index, share] of this.shares.entries()) row[index] -= share * count;
      }
    }
  }

  /** For one image: the split that lacks most in all, among those that lack some of its class. */
  mostInBoth(images: ReadonlyMap<string | null, number>): number {
    const [label] = images.keys();
    const row = this.#rowOf(label);
    const urgency = row.map((missing, split) =>
      missing <= 0 ? Number.NEGATIVE_INFINITY : this.#inAll[split] + 2 * missing ** 3,
    );
    return urgency.indexOf(Math.max(...urgency));
  }

  /** The split in which most images like those of a group are missing. */
  most(images: ReadonlyMap<string | null, number>): number {
    const needs = this.shares.map((_, split) =>
      [...images].reduce((sum, [label, count]) => sum + count * this.#rowOf(label)[split], 0),
    );
    return needs.indexOf(Math.max(...needs));
  }

  #rowOf(label: string | null): number[] {
    let row = this.#byClass.get(label);
    if (!row) {
      row = this.shares.map(() => 0);
      this.#byClass.set(label, row);
    }
    return row;
  }
}

/** Scales down what is missing to a total: nothing where a split has too many, and equally less where it has too few. */
function fill(missing: readonly number[], total: number): number[] {
  const open = missing.map((_, split) => split).sort((a, b) => missing[a] - missing[b]);
  let sum = missing.reduce((all, value) => all + value, 0);
  while (open.length > 1 && missing[open[0]] - (sum - total) / open.length < 0) {
    sum -= missing[open[0]];
    open.shift();
  }
  const excess = (sum - total) / open.length;
  return missing.map((value, split) => (open.includes(split) ? Math.max(0, value - excess) : 0));
}
