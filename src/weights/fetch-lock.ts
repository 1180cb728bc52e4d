/** Keeps two commands from fetching the same weights at a time. @module */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WildstyleError } from '../errors.js';
import { asStorageError, nodeFileSystem } from '../files/file-system.js';
import { unlinkIfThere } from '../files/folders.js';
import { type FolderLock, LockHeld, releasedSuffix, takeFolderLock } from '../files/lock/folder-lock.js';

/**
 * Does work while holding the lock of a network in a folder.
 * @throws `output-in-use` if another command holds it; `output-unwritable`
 */
export async function withFetchLock<T>(folder: string, network: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, `${network}.lock`);
  let lock: FolderLock;
  try {
    lock = await takeFolderLock(path, { startedAt: new Date() });
  } catch (cause) {
    if (!(cause instanceof LockHeld)) throw asStorageError(cause, path);
    throw new WildstyleError('output-in-use', `Another command is fetching ${network}.`, {
      cure: 'Wait for it. If it was killed, run the command again: its lock is taken over.',
      cause,
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
    await removeLock(path);
  }
}

/** Removes a released lock from a folder that users look into. If another command has taken it since, it stays. */
async function removeLock(path: string): Promise<void> {
  try {
    for (const name of await readdir(path))
      if (name.endsWith(releasedSuffix)) await unlinkIfThere(join(path, name), nodeFileSystem);
    await nodeFileSystem.rmdir(path);
  } catch {
    // A lock that stays does no harm: the next fetch takes it over.
  }
}
