/** Keeps two commands from fetching the same weights at a time. @module */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { WildstyleError } from '../errors.js';
import { asStorageError } from '../files/file-system.js';

/** A lock without a heartbeat for this long is free. */
const staleMs = 30_000;

/**
 * Does work while holding the lock of a network in a folder.
 * @throws `output-in-use` if another command holds it; `output-unwritable`
 */
export async function withFetchLock<T>(folder: string, network: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, `${network}.lock`);
  let release: () => Promise<void>;
  try {
    await mkdir(folder, { recursive: true });
    release = await lockfile.lock(folder, { lockfilePath: path, stale: staleMs, onCompromised: () => {} });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ELOCKED') throw asStorageError(cause, path);
    throw new WildstyleError('output-in-use', `Another command is fetching ${network}.`, {
      cure: 'Wait for it. If it was killed, its lock is free after 30 seconds.',
      cause,
    });
  }
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
