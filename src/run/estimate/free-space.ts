/** Compares the disk space that a run needs with what is free. @module */
import { statfs } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';
import type { ImageFormat } from '../../images/format.js';
import { estimateWorkload, type Workload } from './workload.js';

/** Disk space in bytes. */
export interface Space {
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** Sizes of images are estimated for textures: flat ones need half as much. */
const certainShare = 0.5;

/**
 * Compares the space that a workload needs with that on the disk of a folder.
 * @returns both, if the space may run out; undefined if it suffices, or if the system does not tell
 * @throws `disk-full` if it cannot suffice
 */
export async function spaceShortage(
  root: string,
  workload: Workload,
  format: ImageFormat,
  free: (root: string) => Promise<number | undefined> = freeBytesOf,
): Promise<Space | undefined> {
  const neededBytes = estimateWorkload(workload, { msPerPixel: 0, workers: 1, format }).bytes;
  const freeBytes = await free(root);
  if (freeBytes === undefined || freeBytes >= neededBytes) return undefined;
  if (freeBytes >= neededBytes * certainShare) return { neededBytes, freeBytes };
  const [needed, there] = [megabytes(neededBytes), megabytes(freeBytes)];
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
