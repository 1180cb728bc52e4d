/**
 * The copy of the manifest: a second name for the file, in the working folder. The manifest alone says which bytes every image
 * has, so without it all images would have to be made anew. As a hard link, the copy takes no space. It outlives a manifest
 * that is deleted or replaced, not one that is changed in place.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import type { OutputPaths } from '../output-paths.js';

type Paths = Pick<OutputPaths, 'manifest' | 'manifestCopy'>;

/**
 * Makes the copy be that of the manifest which was just written. File systems without hard links have none: nothing depends
 * on it.
 * @throws `lock-lost`
 */
export async function copyManifest(
  { manifest, manifestCopy, temporaryFolder }: Paths & Pick<OutputPaths, 'temporaryFolder'>,
  fileSystem: FileSystem,
): Promise<void> {
  const temporary = join(temporaryFolder, `manifest.jsonl.${randomUUID()}.tmp`);
  try {
    await fileSystem.link(manifest, temporary);
    await fileSystem.rename(temporary, manifestCopy);
  } catch (error) {
    if (error instanceof WildstyleError) throw error;
    // One of an earlier manifest would say what is not so any more.
    for (const path of [temporary, manifestCopy]) await fileSystem.unlink(path).catch(() => {});
  }
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

/** Finds the manifest, or its copy, that has a digest; without one, whichever there is. */
export async function findManifest(paths: Paths, sha256: string | undefined): Promise<FoundManifest> {
  for (const path of [paths.manifest, paths.manifestCopy]) {
    const found = sha256 === undefined ? undefined : await sha256OfFile(path).catch(() => undefined);
    if (found !== undefined && found === sha256) return { path, isIntact: true };
  }
  return { path: manifestSource(paths), isIntact: false };
}
