/** Joins content images into the groups over which splits are drawn. @module */
import { Sets } from '../images/similar/search.js';
import type { ContentEntry } from '../inventory/entries.js';
import type { SimilarImages } from '../inventory/similar/similar-images.js';
import { splitConflict } from './conflict.js';
import type { AssignedImage } from './earlier.js';
import { ownGroup } from './names.js';

/** Images that share a split. */
export interface Group {
  readonly name: string;
  /** Indexes into the list of content images. */
  readonly members: readonly number[];
  /** Smallest digest of the members: identifies the group in draws. */
  readonly digest: string;
  /** The split, if it is given or remembered. */
  readonly split: string | undefined;
}

/**
 * Joins the images with the same bytes, those with the same given group, and near duplicates if they are to share a split.
 * @param similar near duplicates that share a split; may name earlier images
 * @throws `split-conflict` if images of a group are in two splits, with both paths
 */
export function groupsOf(
  contents: readonly ContentEntry[],
  earlier: readonly AssignedImage[],
  similar: readonly SimilarImages[],
): Group[] {
  // Content images first, then those that the dataset had before.
  const all: readonly (ContentEntry | AssignedImage)[] = [...contents, ...earlier];
  const sets = new Sets(all.length);
  const first = new Map<string, number>();
  const join = (key: string, index: number): void => {
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else sets.join(before, index);
  };
  const hasNames = contents.some(({ group }) => group !== undefined);
  for (const [index, { sha256, group }] of all.entries()) {
    join(`image ${sha256}`, index);
    if (hasNames && group !== undefined) join(`group ${group}`, index);
  }
  for (const { image, like } of similar) {
    const [a, b] = [first.get(`image ${image.sha256}`), first.get(`image ${like.sha256}`)];
    if (a !== undefined && b !== undefined) sets.join(a, b);
  }
  const bySet = new Map<number, number[]>();
  for (const index of all.keys()) {
    const set = sets.of(index);
    const members = bySet.get(set);
    if (members) members.push(index);
    else bySet.set(set, [index]);
  }
  return [...bySet.values()].flatMap((indexes) => {
    const members = indexes.filter((index) => index < contents.length);
    if (members.length === 0) return [];
    const digest = members.map((index) => contents[index].sha256).reduce((a, b) => (a < b ? a : b));
    const split = commonSplit(indexes.map((index) => all[index]));
    const names = new Set(members.flatMap((index) => contents[index].group ?? []));
    const name =
      names.size > 0
        ? [...names].sort().join(' + ')
        : nameOf(
            indexes.slice(members.length).map((index) => all[index]),
            digest,
          );
    return [{ name, members, digest, split }];
  });
}

/** A group of similar images keeps its name when it grows. */
function nameOf(earlier: readonly (ContentEntry | AssignedImage)[], digest: string): string {
  const [known] = earlier.flatMap(({ group }) => group ?? []).sort();
  return known ?? ownGroup(digest);
}

function commonSplit(members: readonly (ContentEntry | AssignedImage)[]): string | undefined {
  const placed = members.filter(({ split }) => split !== undefined);
  const [one, ...others] = placed;
  const other = others.find(({ split }) => split !== one.split);
  if (one && other) throw splitConflict(one, other);
  return one?.split;
}
