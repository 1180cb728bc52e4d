/** Compares the disk space that a run needs with what is free. @module */
import { statfs } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';
import type { ImageFormat } from '../../images/format.js';
import { noOverviews, type OverviewWishes } from '../finish/overviews.js';
import { estimateWorkload, type Workload } from './workload.js';

/** Disk space in bytes. */
export interface Space {
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** Sizes of images are estimated for textures: flat ones need half as much. */
const certainShare = 0.5;

/** What a run writes. */
export interface Writing {
  readonly format: ImageFormat;
  readonly overviews: OverviewWishes;
  /** Images that the overviews can show. */
  readonly shown: number;
}

/**
 * Compares the space that a workload needs with that on the disk of a folder. What there is only to look at counts, but
 * without it a dataset is whole, so it is no reason not to begin.
 * @returns both, if the space may run out; undefined if it suffices, or if the system does not say
 * @throws `disk-full` if it cannot suffice
 */
export async function spaceShortage(
  root: string,
  workload: Workload,
  writing: Writing,
  free: (root: string) => Promise<number | undefined> = freeBytesOf,
): Promise<Space | undefined> {
  const bytesWith = (overviews: OverviewWishes) =>
    estimateWorkload(workload, { msPerPixel: 0, workers: 1, ...writing, overviews }).bytes;
  const [neededBytes, imageBytes] = [writing.overviews, noOverviews].map(bytesWith);
  const freeBytes = await free(root);
  if (freeBytes === undefined || freeBytes >= neededBytes) return undefined;
  if (freeBytes >= imageBytes * certainShare) return { neededBytes, freeBytes };
  const [needed, there] = [megabytes(imageBytes), megabytes(freeBytes)];
  throw new WildstyleError(
    'disk-full',
    `${root}: the images need about ${needed}, but only ${there} are free`,
    {
      cure: 'Free some space, choose another folder with --out, or make fewer images now with --max-images.',
    },
  );
}

async function freeBytesOf(root: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(root);
    // Some file systems say that they have no blocks at all.
    return bsize > 0 ? bavail * bsize : undefined;
  } catch {
    return undefined;
  }
}

const megabytes = (bytes: number) => `${Number((bytes / 1e6).toPrecision(3))} MB`;
