/** Computes the digests and fingerprints of a folder's images, with a cache. @module */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { forEachConcurrently } from '../files/concurrency.js';
import { sha256OfFile } from '../files/digest.js';
import { fingerprintOf } from '../images/similar/fingerprint.js';
import { type CachedFile, DigestCache } from './digest-cache.js';
import type { ImageEntry } from './entries.js';
import type { InventoryProblem } from './inventory.js';
import type { FoundFile } from './scan.js';

export interface Hashing {
  readonly cacheFolder: string | false;
  /** Images with more get no fingerprint. */
  readonly maximumPixels: number;
  readonly progress: (bytesRead: number) => void;
  readonly problems: InventoryProblem[];
}

/**
 * Returns the images with their digests. Files that cannot be read are reported as problems.
 * @param fingerprints filled by digest; false to compute none. An image that cannot be decoded gets none: it will fail as
 *   an item, with a message of its own
 */
export async function hashFiles(
  root: string,
  source: 'content' | 'style',
  files: readonly FoundFile[],
  fingerprints: Map<string, Uint8Array> | false,
  { cacheFolder, maximumPixels, progress, problems }: Hashing,
): Promise<ImageEntry[]> {
  const realRoot = await realpath(root);
  const cache = cacheFolder === false ? undefined : await DigestCache.open(cacheFolder, realRoot);
  const images: (ImageEntry | undefined)[] = new Array(files.length);
  await forEachConcurrently(
    files,
    async (file, index) => {
      const { path, bytes } = file;
      const cached = cache?.get(file);
      const isCached = cached && (!fingerprints || 'fingerprint' in cached);
      try {
        const found = isCached
          ? cached
          : await hashFile(join(realRoot, path), cached, fingerprints !== false, maximumPixels);
        if (!isCached) cache?.set(file, found, Date.now());
        images[index] = { path, sha256: found.sha256, bytes };
        if (fingerprints && found.fingerprint) fingerprints.set(found.sha256, found.fingerprint);
      } catch (error) {
        problems.push({
          source,
          path,
          code: 'image-missing',
          message: `It cannot be read: ${(error as Error).message}.`,
        });
      }
      progress(isCached ? 0 : bytes);
    },
    8,
  );
  await cache?.save(Date.now());
  return images.filter((image) => image !== undefined);
}

async function hashFile(
  path: string,
  cached: CachedFile | undefined,
  withFingerprint: boolean,
  maximumPixels: number,
): Promise<CachedFile> {
  const sha256 = cached?.sha256 ?? (await sha256OfFile(path));
  if (!withFingerprint) return { sha256 };
  return { sha256, fingerprint: await fingerprintOf(path, { maximumPixels }).catch(() => undefined) };
}
