/** Where items go: a content image in its split, and once more in the robustness set of the split if it has one. @module */
import type { Job } from '../job/schema.js';
import { deriveKey, type Key, keyOfDigest, keyOfSeed } from '../random.js';
import type { PlacedContent, Splits } from '../splits/assign.js';
import { classesOf, itemsPerContent } from './counts.js';

/** What all places of a set share. */
interface SetOfPlaces {
  readonly split: string;
  readonly set: string;
  readonly isStylized: boolean;
  readonly hasOriginals: boolean;
  readonly seedKey: Key;
  /** Folders by label. */
  readonly folders: Map<string | null, string>;
}

/**
 * What all items of one content image in one set share. There are millions of them, so they hold little: the rest follows.
 */
export class Place {
  constructor(
    readonly content: PlacedContent,
    private readonly inSet: SetOfPlaces,
  ) {}

  get label(): string | null {
    return this.content.label;
  }

  /** The split of the content image. */
  get split(): string {
    return this.inSet.split;
  }

  /** The split, or its robustness set: the first folder of the items. */
  get set(): string {
    return this.inSet.set;
  }

  get group(): string {
    return this.content.group;
  }

  /** The folder of the items: `train/cat`. */
  get folder(): string {
    const { set, folders } = this.inSet;
    const known = folders.get(this.label);
    if (known !== undefined) return known;
    const folder = this.label === null ? set : `${set}/${this.label}`;
    folders.set(this.label, folder);
    return folder;
  }

  get key(): Key {
    return deriveKey(this.inSet.seedKey, keyOfDigest(this.content.sha256));
  }

  get isStylized(): boolean {
    return this.inSet.isStylized;
  }

  get hasOriginals(): boolean {
    return this.inSet.hasOriginals;
  }
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
  const setsOf = new Map(
    uses.map((use) => {
      const { split, isStylized, robustnessSet } = use;
      const common = { split, seedKey };
      const own: SetOfPlaces = {
        ...common,
        ...{
          set: split,
          isStylized,
          hasOriginals: !isStylized || sampling.keepOriginals,
          folders: new Map(),
        },
      };
      const robustness: SetOfPlaces[] =
        robustnessSet === undefined
          ? []
          : [{ ...common, set: robustnessSet, isStylized: true, hasOriginals: false, folders: new Map() }];
      return [split, [own, ...robustness]];
    }),
  );
  const places: Place[] = [];
  for (const content of contents)
    for (const set of setsOf.get(content.split) ?? []) places.push(new Place(content, set));
  return places;
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
