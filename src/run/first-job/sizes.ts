/** The sizes of the images in a folder, from their headers. @module */
import { join } from 'node:path';
import { asWildstyleError, type ErrorCode } from '../../errors.js';
import { forEachConcurrently } from '../../files/concurrency.js';
import { inspectImage } from '../../images/inspect.js';

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

/** Reads the headers of at most `most` images, spread evenly over the paths. */
export async function readSizes(root: string, paths: readonly string[], most: number): Promise<SizesFound> {
  const count = Math.min(most, paths.length);
  const chosen = Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)] ?? '');
  const edges: number[] = [];
  const odd: OddImage[] = [];
  await forEachConcurrently(
    chosen,
    async (path) => {
      try {
        const { widthPx, heightPx } = await inspectImage(join(root, path), { name: path });
        edges.push(Math.max(widthPx, heightPx));
      } catch (error) {
        odd.push({ path, code: asWildstyleError(error).code });
      }
    },
    8,
  );
  edges.sort((a, b) => a - b);
  odd.sort((a, b) => (a.path < b.path ? -1 : 1));
  const [smallestPx, medianPx, largestPx] = [edges[0], edges[edges.length >> 1], edges.at(-1)];
  return {
    read: count,
    odd,
    ...(smallestPx !== undefined &&
      medianPx !== undefined &&
      largestPx !== undefined && { sizes: { smallestPx, medianPx, largestPx } }),
  };
}
