/** Runs something while the lock of an output folder, or of a shard, is held. @module */
import { lockOutput, type OutputLock, type OutputLockOptions } from '../dataset/lock.js';
import type { OutputPlace } from '../dataset/output-paths.js';
import { assertHeld } from '../files/lock/folder-lock.js';
import type { RunOptions } from './progress/events.js';

/** A lock that a run holds. */
export interface Locked {
  readonly startedAt: Date;
  readonly lock: OutputLock;
  /** Aborted if the lock is lost. */
  readonly lockLost: AbortSignal;
}

/**
 * Takes the lock, works and releases it.
 * @throws as `lockOutput` and the work do; `lock-lost` for work that failed when the lock was lost, whatever it stumbled over
 */
export async function whileLocked<T>(
  place: OutputPlace,
  {
    onEvent,
    fileSystem,
    plannedFiles,
  }: Pick<RunOptions, 'onEvent' | 'fileSystem'> & Pick<OutputLockOptions, 'plannedFiles'>,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const startedAt = new Date();
  const lost = new AbortController();
  const lock = await lockOutput(place, {
    startedAt,
    onLost: (error) => lost.abort(error),
    onWait: () => onEvent?.({ type: 'waiting' }),
    ...(fileSystem && { fileSystem }),
    ...(plannedFiles && { plannedFiles }),
  });
  try {
    return await work({ startedAt, lock, lockLost: lost.signal });
  } catch (error) {
    await assertHeld(lock.file, error);
    throw error;
  } finally {
    await lock.release();
  }
}
