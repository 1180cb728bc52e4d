/**
 * Which styles a content image gets, by rendezvous hashing (Thaler & Ravishankar 1998): every pair has a score that
 * depends on nothing else, and a content takes the styles with the best scores. So a new content changes no other item,
 * and a new style changes only the items that now get it.
 * @module
 */
import { posix } from 'node:path';
import { WildstyleError } from '../errors.js';
import type { StyleEntry } from '../inventory/entries.js';
import { didYouMean } from '../job/messages/suggest.js';
import type { Job } from '../job/schema.js';
import { type Key, keyOfDigest, pairHash } from '../random.js';

/** An image with the bytes of another one, `of`, which is planned in its place. */
export interface DuplicatePath {
  readonly path: string;
  readonly of: string;
}

/**
 * The styles of one content image: positions in the list of styles, best first, each at most once.
 * @param content the key of the content image in the job
 * @param firstItem how many items the plan has before this content; only `roundRobin` looks at it
 * @param count how many are wanted; fewer come back where there are fewer styles
 */
export type StyleChooser = (content: Key, firstItem: number, count: number) => readonly number[];

/**
 * The chooser that a job asks for. `uniform` gives every style the same chance; `balanced` every folder, whatever its
 * size; weights weigh one image, or each image of a folder. `roundRobin` takes styles in turn, the one mode in which
 * items depend on the order of the others.
 * @param duplicates paths of images that are planned as another one: a weight may name them as well
 * @throws `style-missing` when a weight names no style image or folder, or leaves no style
 */
export function makeStyleChooser(
  styles: readonly StyleEntry[],
  mode: Job['sampling']['styles'],
  duplicates: readonly DuplicatePath[] = [],
): StyleChooser {
  if (mode === 'roundRobin') {
    return (_, firstItem, count) =>
      Array.from({ length: Math.min(count, styles.length) }, (_, j) => (firstItem + j) % styles.length);
  }
  const weights = styleWeights(styles, mode, duplicates);
  const eligible = weights.flatMap((weight, index) => (weight > 0 ? [index] : []));
  const indexes = Uint32Array.from(eligible);
  const keys = eligible.map((index) => keyOfDigest(styles[index].sha256));
  const high = Uint32Array.from(keys, ([word]) => word);
  const low = Uint32Array.from(keys, ([, word]) => word);
  const alike = eligible.every((index) => weights[index] === weights[eligible[0]]);
  const rates = alike ? undefined : Float64Array.from(eligible, (index) => weights[index]);

  return ([key0, key1], _, count) => {
    const wanted = Math.min(count, indexes.length);
    const best: number[] = [];
    const scores: number[] = [];
    for (let i = 0; i < indexes.length; i++) {
      const hash = pairHash(key0, key1, high[i], low[i]);
      // Arrivals of independent clocks, -ln(u) / weight (Efraimidis & Spirakis 2006), here with u falling as the hash
      // rises, so that equal weights give the order of the hashes.
      const score = rates ? -Math.log(1 - (hash + 0.5) / 0x100000000) / rates[i] : hash;
      if (best.length === wanted && score >= scores[wanted - 1]) continue;
      insert(best, scores, indexes[i], score, wanted);
    }
    return best;
  };
}

/** Keeps `scores` ascending and no longer than wanted; equal scores keep the order in which they came. */
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

/** Weight of every style, in the order of the list. */
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
  // Names of the image come before those of folders.
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
    throw new WildstyleError('style-missing', 'sampling.styles.weights gives every style the weight 0.', {
      cure: 'Give at least one style a weight above 0.',
    });
  }
  return weights;
}

/** The folders of a path from the innermost: the first that has a weight decides. */
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
      `sampling.styles.weights names "${name}", which is no style image or folder${didYouMean(name, known)}`,
      { cure: 'Write the path below the style root, with its extension if it is an image.' },
    );
  }
}
