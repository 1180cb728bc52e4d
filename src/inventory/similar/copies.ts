/** Which near duplicates are copies of one photograph, proved by their pixels. @module */
import { join } from 'node:path';
import { mapConcurrently } from '../../files/concurrency.js';
import { Sets } from '../../images/similar/search.js';
import { isCopy, type Thumbnail, thumbnailOf } from '../../images/similar/thumbnail.js';
import type { ContentEntry } from '../entries.js';
import type { SimilarImages } from './similar-images.js';

/** An image is compared with at most this many of its set: a set of frames of a video would take hours. */
const mostCompared = 2000;
/** Photographs that are decoded at a time. */
const lanes = 4;

/**
 * Finds copies among near duplicates: pairs of files with other bytes that are one photograph, resized, recompressed,
 * mirrored or turned. Decodes the images of every set once more. One that cannot be decoded is no copy.
 * @param similar near duplicates; those of content images count
 * @param isRelevant which sets to look at, by their members
 * @returns one pair less than there are files in a set of copies
 */
export async function findCopies(
  root: string,
  contents: readonly ContentEntry[],
  similar: readonly SimilarImages[],
  maximumPixels: number,
  isRelevant: (members: readonly ContentEntry[]) => boolean = () => true,
): Promise<SimilarImages[]> {
  const found: SimilarImages[] = [];
  for (const members of setsOf(contents, similar)) {
    if (!isRelevant(members)) continue;
    const thumbnails = await mapConcurrently(
      members,
      ({ path }) => thumbnailOf(join(root, path), { maximumPixels }).catch(() => undefined),
      lanes,
    );
    found.push(...copiesAmong(members, thumbnails));
  }
  return found;
}

/** The sets of near duplicates. Of files with the same bytes there is one in each split that they are given. */
function setsOf(contents: readonly ContentEntry[], similar: readonly SimilarImages[]): ContentEntry[][] {
  const indexes = new Map<string, number>();
  const indexOf = (sha256: string): number => {
    const known = indexes.get(sha256);
    if (known === undefined) indexes.set(sha256, indexes.size);
    return known ?? indexes.size - 1;
  };
  const pairs = similar.flatMap(({ source, image, like }) =>
    source === 'content' ? [[indexOf(image.sha256), indexOf(like.sha256)] as const] : [],
  );
  const sets = new Sets(indexes.size);
  for (const [a, b] of pairs) sets.join(a, b);
  const members = new Map<number, Map<string, ContentEntry>>();
  for (const content of contents) {
    const index = indexes.get(content.sha256);
    if (index === undefined) continue;
    const set = sets.of(index);
    const ofSet = members.get(set) ?? new Map<string, ContentEntry>();
    members.set(set, ofSet);
    const key = `${content.sha256} ${content.split}`;
    if (!ofSet.has(key)) ofSet.set(key, content);
  }
  return [...members.values()].map((ofSet) => [...ofSet.values()]).filter(({ length }) => length > 1);
}

function copiesAmong(
  members: readonly ContentEntry[],
  thumbnails: readonly (Thumbnail | undefined)[],
): SimilarImages[] {
  const sets = new Sets(members.length);
  const pairs: SimilarImages[] = [];
  for (const [later, thumbnail] of thumbnails.entries()) {
    if (!thumbnail) continue;
    for (let earlier = Math.max(0, later - mostCompared); earlier < later; earlier++) {
      const other = thumbnails[earlier];
      if (!other || sets.of(later) === sets.of(earlier) || !isCopy(thumbnail, other)) continue;
      sets.join(later, earlier);
      const [image, like] = [members[later], members[earlier]].map(({ path, sha256 }) => ({ path, sha256 }));
      pairs.push({ source: 'content', image, like });
    }
  }
  return pairs;
}
