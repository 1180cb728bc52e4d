/**
 * The copy of the manifest, in the working folder. The manifest alone says which bytes every image has, so without it all
 * images would have to be remade. The copy has bytes of its own, so it outlives a manifest that is deleted, replaced or
 * changed in place. It counts if it has the digest in `dataset.json`.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { WildstyleError } from '../../errors.js';
import { sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { FilePublisher } from '../../files/publish.js';
import { blocksOf } from '../../files/regular-file.js';
import type { OutputPaths } from '../output-paths.js';

type Paths = Pick<OutputPaths, 'manifest' | 'manifestCopy'>;

/**
 * Makes the copy be that of the manifest which was just written. It may be missing, for example because the disk is full:
 * nothing depends on it.
 * @param sha256 of the manifest
 * @throws `lock-lost`
 */
export async function copyManifest(
  { manifest, manifestCopy, temporaryFolder }: Paths & Pick<OutputPaths, 'temporaryFolder'>,
  sha256: string,
  fileSystem: FileSystem,
): Promise<void> {
  try {
    const publisher = await FilePublisher.open(manifestCopy, { temporaryFolder, fileSystem });
    try {
      for await (const block of blocksOf(manifest)) await publisher.write(block);
      if ((await publisher.commit()).sha256 === sha256) return;
    } catch (error) {
      await publisher.abort();
      throw error;
    }
  } catch (error) {
    if (error instanceof WildstyleError && error.code === 'lock-lost') throw error;
  }
  // One of an earlier manifest would say what is no longer so.
  await fileSystem.unlink(manifestCopy).catch(() => {});
}

/** Returns the path of the manifest or, where it is missing, of its copy; undefined if there is neither. */
export function manifestSource({ manifest, manifestCopy }: Paths): string | undefined {
  return [manifest, manifestCopy].find(existsSync);
}

/** A manifest, and whether it is the one that was written. */
export interface FoundManifest {
  /** Undefined if there is none. */
  readonly path: string | undefined;
  readonly isIntact: boolean;
}

/** Finds the manifest, or its copy, that has a digest; without one, whichever there is and is not empty. */
export async function findManifest(paths: Paths, sha256: string | undefined): Promise<FoundManifest> {
  const places = [paths.manifest, paths.manifestCopy];
  for (const path of places) {
    const found = sha256 === undefined ? undefined : await sha256OfFile(path).catch(() => undefined);
    if (found !== undefined && found === sha256) return { path, isIntact: true };
  }
  const filled = places.find((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
  return { path: filled ?? manifestSource(paths), isIntact: false };
}
