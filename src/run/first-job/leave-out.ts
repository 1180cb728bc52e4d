/** The patterns by which a job leaves out images that cannot be used. Pure: no I/O. @module */
import { WildstyleError } from '../../errors.js';
import type { FolderLook } from './look.js';
import { extensionOf, type OddImage } from './sizes.js';

/** A pattern of `content.exclude` or `style.exclude`, and why it is there. */
export interface Exclusion {
  readonly pattern: string;
  /** The codes of the images that it leaves out. */
  readonly reason: string;
}

/** As many patterns as a job may have. */
const mostPatterns = 1000;
/** From so many images of a kind, one pattern for all is easier to read. */
const fewOfAKind = 3;

/**
 * Returns patterns that leave out the odd images of a folder, and no other image in it: one for each image, or one for an
 * extension if no image with it can be used.
 * @throws `content-missing` or `style-missing` if a job cannot have that many patterns
 */
export function exclusionsOf(look: Pick<FolderLook, 'source' | 'root' | 'paths' | 'odd'>): Exclusion[] {
  const { source, root, paths, odd } = look;
  const usable = new Set(paths.map(extensionOf));
  const kinds = new Map<string, OddImage[]>();
  for (const image of odd) {
    const extension = extensionOf(image.path);
    kinds.set(extension, [...(kinds.get(extension) ?? []), image]);
  }
  const exclusions = [...kinds].flatMap(([extension, images]) => {
    const isKind =
      images.length >= fewOfAKind &&
      !usable.has(extension) &&
      images.every(({ code }) => code === 'image-unsupported');
    return isKind
      ? [{ pattern: `**/*.${extension}`, reason: `${images.length} images, image-unsupported` }]
      : images.map(exclusionOf);
  });
  if (exclusions.length > mostPatterns)
    throw new WildstyleError(
      `${source}-missing`,
      `${odd.length} images in ${root} cannot be used, starting with ${odd[0]?.path} (${odd[0]?.code}): too many to leave out one by one.`,
      { cure: 'Move them to another folder. `wildstyle inspect FILE` says what is wrong with one.' },
    );
  return exclusions.sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

/** The pattern that matches one path, whatever characters are in it. */
function exclusionOf({ path, code }: OddImage): Exclusion {
  return { pattern: path.replace(/[\\()*?[\]{}|!+@"]/g, '\\$&'), reason: code };
}
