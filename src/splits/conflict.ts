/** The error for images that belong together, but are in two splits. @module */
import { WildstyleError } from '../errors.js';
import type { SimilarImages } from '../inventory/similar/similar-images.js';
import { ownGroup } from './names.js';

/** An image in a split. */
export interface PlacedImage {
  readonly path: string;
  readonly sha256: string;
  readonly split?: string;
  readonly group?: string | undefined;
}

/** The error for two images of one group in two splits, with both paths. */
export function splitConflict(one: PlacedImage, other: PlacedImage): WildstyleError {
  const [first, second] = [one, other].sort((a, b) => (a.path < b.path ? -1 : 1));
  const isSameImage = one.sha256 === other.sha256;
  const group = [one, other].find((image) => image.group && image.group !== ownGroup(image.sha256))?.group;
  const what = isSameImage
    ? one.path === other.path
      ? `The photograph ${one.path} is in two splits: ${one.split} and ${other.split}.`
      : `${first.path} (${first.split}) and ${second.path} (${second.split}) are the same photograph in two splits.`
    : `${first.path} (${first.split}) and ${second.path} (${second.split}) ${group ? `are of the group "${group}"` : 'show the same picture'}, but in two splits.`;
  return new WildstyleError('split-conflict', what, {
    cure: 'Put both into the same split, or leave one out. Results on training images mean nothing.',
  });
}

/**
 * Refuses copies of one photograph that are in two splits.
 * @param placed images with their splits, as far as they are given or remembered
 * @throws `split-conflict` with the paths of the first two, and how many more there are
 */
export function refuseCopies(copies: readonly SimilarImages[], placed: readonly PlacedImage[]): void {
  const splitOf = new Map(
    placed.flatMap(({ sha256, split }) => (split === undefined ? [] : [[sha256, split]])),
  );
  const apart = copies.filter(({ image, like }) => {
    const [own, other] = [splitOf.get(image.sha256), splitOf.get(like.sha256)];
    return own !== undefined && other !== undefined && own !== other;
  });
  const [first] = apart;
  if (!first) return;
  const [one, other] = [first.like, first.image]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, sha256 }) => `${path} (${splitOf.get(sha256)})`);
  const more = apart.length > 1 ? ` (and ${apart.length - 1} more)` : '';
  throw new WildstyleError(
    'split-conflict',
    `${one} and ${other} are copies of one photograph in two splits${more}.`,
    {
      cure: 'Put both into the same split, or leave one out: `plan --duplicates` lists all. If they are different photographs, set split.copies to allow.',
    },
  );
}
