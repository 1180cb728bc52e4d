/** The error for images that belong together, but are in two splits. @module */
import { WildstyleError } from '../errors.js';
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
    cure: 'Put both into the same split, or leave one out. Results on images that were trained on mean nothing.',
  });
}
