/** The sizes of the images in a folder, and those that cannot be used. @module */
import { join } from 'node:path';
import { asWildstyleError, type ErrorCode } from '../../errors.js';
import { forEachConcurrently } from '../../files/concurrency.js';
import { inspectImage } from '../../images/inspect.js';
import { fingerprintOf } from '../../images/similar/fingerprint.js';

/** Long edges of images in pixels. */
export interface Sizes {
  readonly smallestPx: number;
  readonly medianPx: number;
  readonly largestPx: number;
}

/** An image that cannot be used, and why. */
export interface OddImage {
  readonly path: string;
  readonly code: ErrorCode;
}

/** What the headers of some images tell. */
export interface SizesFound {
  /** Absent if no image can be read. */
  readonly sizes?: Sizes;
  readonly odd: readonly OddImage[];
  /** Images that were read. */
  readonly read: number;
}

/** How {@link readSizes} reads. */
export interface ReadOptions {
  /** Images to read at most, spread evenly over the paths. */
  readonly most: number;
  /** Whether to decode images; otherwise only their headers are read. */
  readonly decodes: boolean;
}

/** Reads some images. Where one is of a kind that cannot be used, all others with its extension are read, too. */
export async function readSizes(
  root: string,
  paths: readonly string[],
  { most, decodes }: ReadOptions,
): Promise<SizesFound> {
  const count = Math.min(most, paths.length);
  const chosen = Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)] ?? '');
  const edges: number[] = [];
  const odd: OddImage[] = [];
  const read = async (path: string) => {
    try {
      const { bytes, widthPx, heightPx } = await inspectImage(join(root, path), { name: path });
      if (decodes) await fingerprintOf(bytes);
      edges.push(Math.max(widthPx, heightPx));
    } catch (error) {
      odd.push({ path, code: asWildstyleError(error).code });
    }
  };
  await forEachConcurrently(chosen, read, lanes);
  const kinds = new Set(
    odd.filter(({ code }) => code === 'image-unsupported').map(({ path }) => extensionOf(path)),
  );
  const known = new Set(chosen);
  const alike = paths.filter((path) => kinds.has(extensionOf(path)) && !known.has(path));
  await forEachConcurrently(alike, read, lanes);
  edges.sort((a, b) => a - b);
  odd.sort((a, b) => (a.path < b.path ? -1 : 1));
  const [smallestPx, medianPx, largestPx] = [edges[0], edges[edges.length >> 1], edges.at(-1)];
  return {
    read: count + alike.length,
    odd,
    ...(smallestPx !== undefined &&
      medianPx !== undefined &&
      largestPx !== undefined && { sizes: { smallestPx, medianPx, largestPx } }),
  };
}

const lanes = 8;

/** The extension of a path, without its dot, in lower case. */
export function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}
