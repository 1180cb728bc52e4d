/** Locks an output folder, so that only one run writes to it at a time. @module */
import { dirname } from 'node:path';
import { WildstyleError } from '../errors.js';
import { asStorageError } from '../files/file-system.js';
import { makeFolder, syncFolder } from '../files/folders.js';
import {
  type FolderLock,
  type FolderLockOptions,
  LockHeld,
  takeFolderLock,
} from '../files/lock/folder-lock.js';
import { sweepTemporaryFiles } from '../files/publish.js';
import { shardText } from '../plan/shard.js';
import type { PlannedOutput } from './output-job.js';
import { type OutputPaths, type OutputPlace, outputPaths, rootOf } from './output-paths.js';
import { assertOwnFolder } from './output-status.js';

export { writerOf } from './writer-of.js';

/** A lock on an output folder. Its file system writes only while the lock is held. */
export type OutputLock = FolderLock;

/** Options for taking the lock of an output folder. */
export interface OutputLockOptions extends FolderLockOptions {
  /** The files that are about to be made: a folder with nothing else is not foreign. */
  readonly plannedFiles?: PlannedOutput['files'];
}

/**
 * Takes the lock of an output folder; creates the folder if missing, and removes temporary files of earlier runs. The
 * orchestrator must hold the lock, because a computing process cannot keep up the heartbeat. The lock of a dead process
 * on this machine is taken over immediately, any other after 20 s without a heartbeat. A run that was suspended meanwhile
 * notices before its next write: see `fencedFileSystem`. What it had begun to write is swept here.
 * @throws `output-in-use` with the holder; `output-foreign`; `output-unwritable`, `disk-full`
 */
export async function lockOutput(place: OutputPlace, options: OutputLockOptions): Promise<OutputLock> {
  const root = rootOf(place);
  const paths = outputPaths(place);
  await assertOwnFolder(root, options.plannedFiles);
  try {
    await makeDurable(paths, options);
    const lock = await takeFolderLock(paths.lock, options);
    try {
      await sweepTemporaryFiles(paths.temporaryFolder, lock.fileSystem);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof LockHeld) throw inUse(place, error);
    throw asStorageError(error, paths.lock);
  }
}

/** Everything that a run writes relies on these folders, so they must survive a power failure. */
async function makeDurable(
  { root, workFolder }: OutputPaths,
  { fileSystem }: FolderLockOptions,
): Promise<void> {
  const made = await makeFolder(workFolder, fileSystem);
  // Also without a new folder: a run that was killed may have created them without flushing.
  const folders = new Set([
    ...made,
    ...made.map((folder) => dirname(folder)),
    workFolder,
    root,
    dirname(root),
  ]);
  for (const folder of folders) await syncFolder(folder, fileSystem).catch(ignoreUnreadable);
}

/** The parent of an output folder may be closed to its user. */
function ignoreUnreadable(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES') throw error;
}

function inUse(place: OutputPlace, { holder }: LockHeld): WildstyleError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.startedAt}`
    : 'a process that has just started or ended';
  return new WildstyleError(
    'output-in-use',
    `${rootOf(place)}: another run is writing to ${typeof place === 'string' ? 'this folder' : `shard ${shardText(place.shard)}`} (${who})`,
    {
      cure: 'Wait for it, or stop it. If it has crashed, run again: its lock is taken over.',
    },
  );
}
