/** Creates, flushes and removes folders. @module */
import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type FileSystem, nodeFileSystem } from './file-system.js';

const maximumTries = 5;

/**
 * Creates a folder and its missing parents. Others may create the same folders and remove them again at the same time.
 * @returns the folders that were created, outermost first
 */
export async function makeFolder(folder: string, fileSystem: FileSystem = nodeFileSystem): Promise<string[]> {
  for (let triesLeft = maximumTries - 1; ; triesLeft--) {
    if (await isFolder(folder)) return [];
    const parent = dirname(folder);
    const made = parent === folder ? [] : await makeFolder(parent, fileSystem);
    try {
      await fileSystem.mkdir(folder);
      return [...made, folder];
    } catch (error) {
      // Another process may have been faster.
      if (await isFolder(folder)) return made;
      await removeEmptyFolders(made, fileSystem);
      if (triesLeft === 0 || !(await wasRemovedMeanwhile(error, folder))) throw error;
    }
  }
}

/** Whether a folder could not be created because it, or its parent, was there and is gone. */
async function wasRemovedMeanwhile(error: unknown, folder: string): Promise<boolean> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return true;
  return code === 'EEXIST' && (await lstat(folder).catch(() => undefined)) === undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Removes folders that {@link makeFolder} created, unless they contain something. Ignores errors. */
export async function removeEmptyFolders(made: readonly string[], fileSystem: FileSystem): Promise<void> {
  for (const folder of [...made].reverse()) await fileSystem.rmdir(folder).catch(() => {});
}

/** Removes a folder of files; if others have put folders into it, only the files. Does nothing if it does not exist. */
export async function removeFolder(folder: string, fileSystem: FileSystem): Promise<void> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    for (const { name } of files) await fileSystem.unlink(join(folder, name));
    if (files.length === entries.length) await fileSystem.rmdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes a folder and everything in it. Links are removed, not followed. Does nothing if it does not exist. */
export async function removeTree(folder: string, fileSystem: FileSystem): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (!entries) return;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeTree(path, fileSystem);
    else await fileSystem.unlink(path);
  }
  await fileSystem.rmdir(folder);
}

/** Removes a file. Does nothing if it does not exist. */
export async function unlinkIfThere(path: string, fileSystem: FileSystem): Promise<void> {
  await fileSystem.unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Error codes on systems that cannot flush folders. They are ignored. */
const cannotSyncFolders: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EISDIR',
  'EPERM',
  'EBADF',
]);

/** Flushes the entries of a folder to disk: which names it has, and what they refer to. */
export async function syncFolder(folder: string, fileSystem: FileSystem = nodeFileSystem): Promise<void> {
  try {
    const handle = await fileSystem.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!cannotSyncFolders.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/**
 * Flushes a folder and its parents up to another one. Also those that exist already: another process may have created
 * them a moment ago, and not have flushed them yet.
 */
export async function syncFolders(
  innermost: string,
  outermost: string,
  fileSystem: FileSystem,
): Promise<void> {
  for (let current = innermost; ; current = dirname(current)) {
    await syncFolder(current, fileSystem);
    if (current === outermost || current === dirname(current)) return;
  }
}

/** Returns the innermost folder that contains both paths. */
export function commonFolder(one: string, other: string): string {
  let folder = one;
  while (folder !== dirname(folder) && !contains(folder, other)) folder = dirname(folder);
  return folder;
}

function contains(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`);
}
