/**
 * Locks with fencing. A holder touches its file every few seconds. If it dies, or sleeps for long, the next one takes over
 * and deletes its file. Whoever holds a lock checks before each write that its file is still there.
 * @module
 */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WildstyleError } from '../../errors.js';
import {
  asMachineError,
  type FileSystem,
  guardedFileSystem,
  nodeFileSystem,
  type OpenFile,
} from '../file-system.js';
import { makeFolder, unlinkIfThere } from '../folders.js';
import {
  createExclusively,
  type Holder,
  type LockFile,
  lockFilePath,
  lockFiles,
  readSign,
} from './lock-files.js';
import { livenessOf, thisProcess } from './process-identity.js';

/** Options for taking a lock. */
export interface FolderLockOptions {
  /** Start of the work; shown to others. */
  readonly startedAt: Date;
  /** Called if the lock is lost: its folder was deleted, or this process slept so long that another took over. */
  readonly onLost?: (error: WildstyleError) => void;
  /** Called if a lock does not look alive, and is watched for a while before it is taken over. */
  readonly onWait?: (holder: Holder | undefined) => void;
  readonly heartbeatMs?: number;
  readonly fileSystem?: FileSystem;
}

/** A lock that this process holds. */
export interface FolderLock {
  /** Counts the holders of this lock, from 1. */
  readonly generation: number;
  /** The file that exists while the lock is held; see {@link fencedFileSystem}. */
  readonly file: string;
  /** Writes only while the lock is held. */
  readonly fileSystem: FileSystem;
  readonly release: () => Promise<void>;
}

/** Thrown by {@link takeFolderLock} if another process holds the lock. */
export class LockHeld extends Error {
  constructor(readonly holder: Holder | undefined) {
    super('The lock is held by another process.');
  }
}

const defaultHeartbeatMs = 5_000;
/** A lock that does not move for this many heartbeats is abandoned. */
const silentHeartbeats = 4;
const looksPerHeartbeat = 5;
const maximumTries = 10;
/** End of the names of files whose holder has released the lock. */
export const releasedSuffix = '.released';

/**
 * Takes a lock and creates its folder if it is missing. Takes over at once from a process of this machine that has ended,
 * and from any other only after having seen no heartbeat for 20 s on its own clock: clocks of machines differ.
 * @throws `LockHeld`; the errors of the file system
 */
export async function takeFolderLock(folder: string, options: FolderLockOptions): Promise<FolderLock> {
  const { startedAt, heartbeatMs = defaultHeartbeatMs, fileSystem = nodeFileSystem } = options;
  await makeFolder(folder, fileSystem);
  const holder: Holder = { ...thisProcess(), startedAt: startedAt.toISOString() };
  for (let tries = 0; tries < maximumTries; tries++) {
    const [latest] = await lockFiles(folder);
    if (latest && !latest.isReleased && !(await isAbandoned(latest, heartbeatMs, options))) continue;
    const generation = (latest?.generation ?? 0) + 1;
    const path = lockFilePath(folder, generation);
    if (!(await createExclusively(path, `${JSON.stringify(holder)}\n`, fileSystem))) continue;
    if (await isFirst(folder, path, fileSystem)) return hold(path, generation, heartbeatMs, options);
  }
  throw new LockHeld(undefined);
}

/** Returns the holder of a lock, if there is one; empty if its file cannot be read. */
export async function holderOf(folder: string): Promise<Partial<Holder> | undefined> {
  const [latest] = await lockFiles(folder).catch(() => []);
  if (!latest || latest.isReleased) return undefined;
  const sign = await readSign(latest.path).catch(() => undefined);
  if (!sign) return undefined;
  if (!sign.holder) return isFresh(sign.modifiedMs, defaultHeartbeatMs) ? {} : undefined;
  const liveness = livenessOf(sign.holder);
  if (liveness === 'dead') return undefined;
  return liveness !== 'elsewhere' || isFresh(sign.modifiedMs, defaultHeartbeatMs) ? sign.holder : undefined;
}

/** Returns a file system that writes only while a lock is held. @param file see {@link FolderLock} */
export function fencedFileSystem(file: string, fileSystem: FileSystem = nodeFileSystem): FileSystem {
  return guardedFileSystem(fileSystem, () => assertHeld(file));
}

/** @param reason what made the caller look @throws `lock-lost`; `disk-failed` */
export async function assertHeld(file: string, reason?: unknown): Promise<void> {
  try {
    // Opened, not only looked up: network file systems answer look-ups from memory.
    await (await open(file, 'r')).close();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw lost(file, reason ?? cause);
    throw asMachineError(cause, file) ?? cause;
  }
}

function lost(file: string, cause?: unknown): WildstyleError {
  return new WildstyleError(
    'lock-lost',
    `${file}: this run lost its lock, so it stopped without writing anything more.`,
    {
      cure: 'The computer slept while another run took over, or the folder was deleted. Run again to resume.',
      cause,
    },
  );
}

/** Deletes the files of earlier holders, who then know that they lost. @returns false if there is a later holder */
async function isFirst(folder: string, path: string, fileSystem: FileSystem): Promise<boolean> {
  const [latest, ...earlier] = await lockFiles(folder);
  if (latest?.path !== path) {
    await fileSystem.unlink(path).catch(() => {});
    return false;
  }
  for (const file of earlier) await unlinkIfThere(file.path, fileSystem);
  for (const name of await readdir(folder))
    if (name.endsWith('.tmp')) await unlinkIfThere(join(folder, name), fileSystem);
  return true;
}

/** @throws `LockHeld` if the holder is alive */
async function isAbandoned(
  file: LockFile,
  heartbeatMs: number,
  { onWait }: FolderLockOptions,
): Promise<boolean> {
  const first = await readSign(file.path);
  if (!first) return false;
  const { holder } = first;
  const liveness = holder ? livenessOf(holder) : 'elsewhere';
  if (liveness === 'dead') return true;
  // Without its start time, the process with this number may be another one.
  const isAlive = liveness === 'alive' && holder?.startedTicks !== undefined;
  if (isAlive || isFresh(first.modifiedMs, heartbeatMs)) throw new LockHeld(holder);
  onWait?.(holder);
  for (let look = 0; look < silentHeartbeats * looksPerHeartbeat; look++) {
    await sleep(heartbeatMs / looksPerHeartbeat);
    const sign = await readSign(file.path);
    if (!sign) return false;
    if (sign.beat !== first.beat) throw new LockHeld(sign.holder);
  }
  return true;
}

/** Whether a heartbeat is recent, if the clocks agree. If they do not, the lock is watched. */
function isFresh(modifiedMs: number, heartbeatMs: number): boolean {
  return Math.abs(Date.now() - modifiedMs) < 2 * heartbeatMs;
}

async function hold(
  path: string,
  generation: number,
  heartbeatMs: number,
  { onLost, fileSystem = nodeFileSystem }: FolderLockOptions,
): Promise<FolderLock> {
  const file: OpenFile = await fileSystem.open(path, 'r+');
  let isDone = false;
  const beat = async () => {
    // Through the open file, so that it can never be the file of a later holder.
    await file.utimes(new Date(), new Date()).catch(() => {});
    await assertHeld(path).catch((error) => {
      if (!isDone && error instanceof WildstyleError && error.code === 'lock-lost') onLost?.(error);
    });
  };
  const timer = setInterval(() => void beat(), heartbeatMs).unref();
  return {
    generation,
    file: path,
    fileSystem: fencedFileSystem(path, fileSystem),
    async release() {
      isDone = true;
      clearInterval(timer);
      await file.close().catch(() => {});
      const rename = () => fileSystem.rename(path, `${path}${releasedSuffix}`);
      // A lock that stays would keep this process itself out, so a failure that passes gets a second try. If the lock is lost
      // or the folder is gone, there is nothing to release.
      await rename()
        .catch(rename)
        .catch(() => {});
    },
  };
}
