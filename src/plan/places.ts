/** Where items go: a content image in its split, and once more in the robustness set of the split if it has one. @module */
import type { Job } from '../job/schema.js';
import { deriveKey, type Key, keyOfDigest, keyOfSeed } from '../random.js';
import type { PlacedContent, Splits, SplitUse } from '../splits/assign.js';
import { classesOf, itemsPerContent } from './counts.js';

/** What all items of one content image in one set share. */
export interface Place {
  readonly content: PlacedContent;
  readonly label: string | null;
  /** The split of the content image. */
  readonly split: string;
  /** The split, or its robustness set: the first folder of the items. */
  readonly set: string;
  readonly group: string;
  /** The folder of the items: `train/cat`. */
  readonly folder: string;
  readonly key: Key;
  readonly isStylized: boolean;
  readonly hasOriginals: boolean;
}

/** The number of items of a class. `label` is null if the dataset has no labels. */
export interface ClassCount {
  readonly label: string | null;
  readonly contents: number;
  readonly originals: number;
  readonly stylized: number;
}

/** The number of items of a split or a robustness set. */
export interface SplitCount {
  readonly split: string;
  readonly contents: number;
  readonly originals: number;
  readonly stylized: number;
}

export interface PlaceCounts {
  /** Originals plus stylized items. */
  readonly total: number;
  readonly originals: number;
  readonly stylized: number;
  /** Sorted by class name. */
  readonly classes: readonly ClassCount[];
  /** Sorted by name. */
  readonly splits: readonly SplitCount[];
}

/** Returns the places of every content image, in order. */
export function placesOf({ seed, sampling }: Job, { contents, uses }: Splits): Place[] {
  const seedKey = keyOfSeed(seed);
  const bySplit = new Map(uses.map((use) => [use.split, use]));
  return contents.flatMap((content): Place[] => {
    const { split, group, label, sha256 } = content;
    const use: SplitUse | undefined = bySplit.get(split);
    const key = deriveKey(seedKey, keyOfDigest(sha256));
    const place = (set: string, isStylized: boolean, hasOriginals: boolean): Place => {
      const folder = label === null ? set : `${set}/${label}`;
      return { content, label, split, set, group, folder, key, isStylized, hasOriginals };
    };
    const isStylized = use?.isStylized ?? false;
    const own = place(split, isStylized, !isStylized || sampling.keepOriginals);
    return use?.robustnessSet === undefined ? [own] : [own, place(use.robustnessSet, true, false)];
  });
}

/** The number of stylized items of every place. */
export function countItems(places: readonly Place[], sampling: Job['sampling']): Uint32Array {
  const stylized = places.filter(({ isStylized }) => isStylized);
  const counts = itemsPerContent(
    classesOf(stylized),
    stylized.map(({ key }) => key),
    sampling,
  );
  let next = 0;
  return Uint32Array.from(places, ({ isStylized }) => (isStylized ? counts[next++] : 0));
}

/**
 * The number of items of a place. A limit omits content images without stylized items, but a plain split, which stylizes
 * nothing, keeps them all.
 * @param count its stylized items
 */
export function itemsAt(
  { isStylized, hasOriginals }: Place,
  count: number,
  { stylesPerContent }: Pick<Job['sampling'], 'stylesPerContent'>,
): number {
  const isLeftOut = isStylized && count === 0 && stylesPerContent > 0;
  return isLeftOut ? 0 : count + (hasOriginals ? 1 : 0);
}

/** Adds up the items of all places. @param counts the stylized items of every place */
export function countPlaces(
  places: readonly Place[],
  counts: Uint32Array,
  sampling: Job['sampling'],
): PlaceCounts {
  const classes = new Map<string | null, Counted>();
  const splits = new Map<string, Counted>();
  const total = none();
  for (const [index, place] of places.entries()) {
    const originals = itemsAt(place, counts[index], sampling) - counts[index];
    const ofClass = entryOf(classes, place.label);
    const ofSplit = entryOf(splits, place.set);
    // A robustness set has no content images of its own.
    if (place.set === place.split) ofClass.contents += 1;
    ofSplit.contents += 1;
    for (const counted of [total, ofClass, ofSplit]) {
      counted.originals += originals;
      counted.stylized += counts[index];
    }
  }
  const { originals, stylized } = total;
  return {
    total: originals + stylized,
    originals,
    stylized,
    classes: [...classes]
      .map(([label, counted]) => ({ label, ...counted }))
      .sort((a, b) => ((a.label ?? '') < (b.label ?? '') ? -1 : 1)),
    splits: [...splits]
      .map(([split, counted]) => ({ split, ...counted }))
      .sort((a, b) => (a.split < b.split ? -1 : 1)),
  };
}

interface Counted {
  contents: number;
  originals: number;
  stylized: number;
}

function none(): Counted {
  return { contents: 0, originals: 0, stylized: 0 };
}

function entryOf<K>(map: Map<K, Counted>, key: K): Counted {
  const known = map.get(key);
  if (known) return known;
  const counted = none();
  map.set(key, counted);
  return counted;
}
