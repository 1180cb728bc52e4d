/** Finds the masks of a job's images. @module */
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Job } from '../job/schema.js';
import { type Side, sides } from '../stylize/role.js';
import type { ImageEntry, MaskEntry } from './entries.js';
import { type Hashing, hashFiles } from './hash-files.js';
import type { InventoryProblem } from './inventory.js';
import { type FoundFile, scanImages } from './scan.js';

/** The end of the name of a mask that is beside its image. */
const ending = '.mask.png';

/** The folders of masks. */
export function maskRootsOf(job: Job): Partial<Record<Side, string>> {
  return Object.fromEntries(
    sides.flatMap((side) => {
      const root = maskRootOf(job[side]);
      return root === undefined ? [] : [[side, root]];
    }),
  );
}

function maskRootOf({ root, masks }: Job[Side]): string | undefined {
  return typeof masks === 'object' ? masks.root : masks && root;
}

/** Whether a file in the folder of images is a mask: beside its image, or in a folder of masks below. */
export function isMask({ root, masks }: Job[Side], path: string): boolean {
  if (typeof masks !== 'object') return masks === 'beside' && path.toLowerCase().endsWith(ending);
  const below = relative(masks.root, join(root, path));
  return !isAbsolute(below) && below.split(sep)[0] !== '..';
}

/**
 * Returns images with their masks: `NAME.mask.png` beside `NAME.jpg`, or `NAME.png` in the folder of masks; in place of NAME,
 * the whole name of the image file will do. An image without one stays as it is.
 */
export async function withMasks<T extends ImageEntry>(
  job: Job,
  side: Side,
  images: readonly T[],
  hashing: Omit<Hashing, 'progress' | 'problems'>,
): Promise<T[]> {
  const { masks } = job[side];
  const root = maskRootOf(job[side]);
  if (root === undefined) return [...images];
  const { files } = await scanImages(root);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = images.map(({ path }): FoundFile | undefined => {
    const stem = path.replace(/\.[^./]+$/, '');
    const names =
      masks === 'beside' ? [stem, path].map((name) => name + ending) : [`${stem}.png`, `${path}.png`];
    return names.map((name) => byPath.get(name)).find((file) => file !== undefined);
  });
  const wanted = [...new Set(found.filter((file) => file !== undefined))];
  const problems: InventoryProblem[] = [];
  const hashed = await hashFiles(root, side, wanted, false, { ...hashing, progress: () => {}, problems });
  const digests = new Map(hashed.map(({ path, sha256 }): [string, MaskEntry] => [path, { path, sha256 }]));
  return images.map((image, i) => {
    const mask = digests.get(found[i]?.path ?? '');
    return mask ? { ...image, mask } : image;
  });
}

/** Warns of images without a mask, in a job with masks. */
export function withoutMasks(job: Job, side: Side, images: readonly ImageEntry[]): string[] {
  if (job[side].masks === undefined) return [];
  const lacking = images.filter(({ mask }) => mask === undefined);
  if (lacking.length === 0) return [];
  const [{ path }] = lacking;
  return [
    `${lacking.length} of ${images.length} ${side} images have no mask, such as ${path}; each counts as one region`,
  ];
}
