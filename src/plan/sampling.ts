/**
 * Assigns styles to content images by rendezvous hashing (Thaler & Ravishankar 1998): every pair has a score that
 * depends only on the pair, and a content image gets the styles with the best scores. Adding a content image changes no
 * other item, and adding a style changes only the items that now use it.
 * @module
 */
import { posix } from 'node:path';
import { WildstyleError } from '../errors.js';
import type { StyleEntry } from '../inventory/entries.js';
import { didYouMean } from '../job/messages/suggest.js';
import type { Job } from '../job/schema.js';
import { type Key, keyOfDigest, pairHash } from '../random.js';

/** An image whose bytes equal those of another image, `of`, which is planned instead. */
export interface DuplicatePath {
  readonly path: string;
  readonly of: string;
}

/**
 * Chooses the styles of one content image. Returns distinct indexes into the list of styles, best first.
 * @param content the key of the content image in the job
 * @param firstItem number of stylized items before this content image; only `roundRobin` uses it
 * @param count number of styles to choose; the result has fewer if there are fewer styles
 */
export type StyleChooser = (content: Key, firstItem: number, count: number) => readonly number[];

/**
 * Makes the chooser for a job's sampling mode. `uniform` gives every style the same chance. `balanced` gives every
 * folder the same chance, regardless of its size. A weight applies to one image or to each image of a folder.
 * `roundRobin` takes styles in turn; it is the only mode in which an item depends on the items before it.
 * @param duplicates images that are planned as another image; weights may use their paths, too
 * @param split choose only style images that this split may use
 * @throws `style-missing` if a weight names no style image or folder, or if every weight is 0
 */
export function makeStyleChooser(
  styles: readonly StyleEntry[],
  mode: Job['sampling']['styles'],
  duplicates: readonly DuplicatePath[] = [],
  split?: string,
): StyleChooser {
  const usable = styles.flatMap((style, index) => (isFor(style, split) ? [index] : []));
  if (mode === 'roundRobin') {
    return (_, firstItem, count) =>
      Array.from(
        { length: Math.min(count, usable.length) },
        (_, j) => usable[(firstItem + j) % usable.length],
      );
  }
  const weights = styleWeights(styles, mode, duplicates);
  const eligible = usable.filter((index) => weights[index] > 0);
  if (eligible.length === 0) {
    throw new WildstyleError(
      'style-missing',
      `No style image with a weight above 0 is left for the split ${split}.`,
      {
        cure: 'Raise the weights of some, add style images, or set split.styles to shared.',
      },
    );
  }
  const indexes = Uint32Array.from(eligible);
  const keys = eligible.map((index) => keyOfDigest(styles[index].sha256));
  const high = Uint32Array.from(keys, ([word]) => word);
  const low = Uint32Array.from(keys, ([, word]) => word);
  const alike = eligible.every((index) => weights[index] === weights[eligible[0]]);
  const rates = alike ? undefined : Float64Array.from(eligible, (index) => weights[index]);

  return ([key0, key1], _, count) => {
    const wanted = Math.min(count, indexes.length);
    if (wanted === 0) return [];
    const best: number[] = [];
    const scores: number[] = [];
    for (let i = 0; i < indexes.length; i++) {
      const hash = pairHash(key0, key1, high[i], low[i]);
      // Weighted sampling by exponential keys, -ln(u) / weight (Efraimidis & Spirakis 2006). Here u falls as the hash
      // rises, so equal weights sort by hash.
      const score = rates ? -Math.log(1 - (hash + 0.5) / 0x100000000) / rates[i] : hash;
      if (best.length === wanted && score >= scores[wanted - 1]) continue;
      insert(best, scores, indexes[i], score, wanted);
    }
    return best;
  };
}

/**
 * Chooses the styles that are blended with the first style of an item.
 * @param choose the chooser of the item's split
 * @param key the key of the item
 * @param item number of stylized items before it; only `roundRobin` uses it
 * @param count number of styles besides the first
 * @throws `style-missing` if there are too few
 */
export function chooseOthers(
  choose: StyleChooser,
  first: number,
  key: Key,
  item: number,
  count: number,
): number[] {
  const others = choose(key, item, count + 1).filter((style) => style !== first);
  if (others.length >= count) return others.slice(0, count);
  throw new WildstyleError(
    'style-missing',
    `style.mix blends ${count + 1} styles, but only ${others.length + 1} can be used.`,
    { cure: 'Add style images, or shorten recipe.style.mix.' },
  );
}

function isFor({ split: own }: StyleEntry, split: string | undefined): boolean {
  return own === undefined || split === undefined || own === split;
}

/** Keeps `scores` in ascending order and at most `wanted` long. Equal scores keep their order of insertion. */
function insert(best: number[], scores: number[], index: number, score: number, wanted: number): void {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle] <= score) low = middle + 1;
    else high = middle;
  }
  if (scores.length === wanted) {
    scores.pop();
    best.pop();
  }
  scores.splice(low, 0, score);
  best.splice(low, 0, index);
}

/** The weight of every style, in list order. */
function styleWeights(
  styles: readonly StyleEntry[],
  mode: Exclude<Job['sampling']['styles'], 'roundRobin'>,
  duplicates: readonly DuplicatePath[],
): number[] {
  if (mode === 'uniform') return styles.map(() => 1);
  if (mode === 'balanced') {
    const sizes = new Map<string, number>();
    for (const { folder } of styles) sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
    return styles.map(({ folder }) => 1 / (sizes.get(folder) ?? 1));
  }
  const given = new Map(
    Object.entries(mode.weights).map(([name, weight]) => [posix.normalize(name).replace(/\/$/, ''), weight]),
  );
  const pathsOf = new Map(styles.map(({ path }) => [path, [path]]));
  for (const { path, of } of duplicates) pathsOf.get(of)?.push(path);
  // The image's own paths take precedence over folders.
  const namesOf = new Map(
    [...pathsOf].map(([path, paths]) => [path, [...paths, ...paths.flatMap((name) => folders(name))]]),
  );
  refuseUnknown(new Set([...namesOf.values()].flat()), given);
  const weights = styles.map(
    ({ path }) =>
      namesOf
        .get(path)
        ?.map((name) => given.get(name))
        .find((w) => w !== undefined) ?? 1,
  );
  if (!weights.some((weight) => weight > 0)) {
    throw new WildstyleError('style-missing', 'sampling.styles.weights gives every style a weight of 0.', {
      cure: 'Give at least one style a weight above 0.',
    });
  }
  return weights;
}

/** The folders of a path, innermost first. The first one with a weight applies. */
function folders(path: string): string[] {
  const names: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    names.push(path.slice(0, at));
  return names;
}

function refuseUnknown(known: ReadonlySet<string>, given: ReadonlyMap<string, number>): void {
  for (const name of given.keys()) {
    if (known.has(name)) continue;
    throw new WildstyleError(
      'style-missing',
      `sampling.styles.weights: "${name}" is not a style image or folder${didYouMean(name, known)}`,
      { cure: 'Write the path relative to the style root. Include the extension if it is an image.' },
    );
  }
}
