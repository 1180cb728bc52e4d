/** Near duplicates among the images of an inventory. @module */
import { similarPairs } from '../../images/similar/search.js';
import type { ImageEntry } from '../entries.js';

/** An image by its path and digest. */
export type KnownImage = Pick<ImageEntry, 'path' | 'sha256'>;

/** Two images that show the same picture: resized, recompressed, mirrored or turned copies, or pictures that hardly differ. */
export interface SimilarImages {
  readonly source: 'content' | 'style';
  readonly image: KnownImage;
  /** The earlier one of the two. */
  readonly like: KnownImage;
}

/** An image that a dataset had before, with its fingerprint where it is known. */
export interface EarlierImage extends KnownImage {
  readonly source: 'content' | 'style';
  readonly fingerprint?: Uint8Array | undefined;
}

/**
 * Finds the near duplicates among images. Those with the same bytes count as one image.
 * @param fingerprints by digest; images without one are not compared
 */
export function findSimilar(
  source: SimilarImages['source'],
  images: readonly KnownImage[],
  fingerprints: ReadonlyMap<string, Uint8Array>,
): SimilarImages[] {
  const distinct = [
    ...new Map([...images].reverse().map((image) => [image.sha256, image])).values(),
  ].reverse();
  const pairs = similarPairs(distinct.map(({ sha256 }) => fingerprints.get(sha256)));
  return pairs.map(([image, like]) => ({
    source,
    image: known(distinct[image]),
    like: known(distinct[like]),
  }));
}

function known({ path, sha256 }: KnownImage): KnownImage {
  return { path, sha256 };
}
