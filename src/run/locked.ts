/** Runs something while the lock of an output folder, or of a shard, is held. @module */
import { lockOutput, type OutputLock } from '../dataset/lock.js';
import type { OutputPlace } from '../dataset/output-paths.js';
import type { RunOptions } from './progress/events.js';

/** A lock that a run holds. */
export interface Locked {
  readonly startedAt: Date;
  readonly lock: OutputLock;
  /** Aborted if the lock is lost. */
  readonly lockLost: AbortSignal;
}

/** Takes the lock, works and releases it. @throws as `lockOutput` and the work do */
export async function whileLocked<T>(
  place: OutputPlace,
  { onEvent, fileSystem }: Pick<RunOptions, 'onEvent' | 'fileSystem'>,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const startedAt = new Date();
  const lost = new AbortController();
  const lock = await lockOutput(place, {
    startedAt,
    onLost: (error) => lost.abort(error),
    onWait: () => onEvent?.({ type: 'waiting' }),
    ...(fileSystem && { fileSystem }),
  });
  try {
    return await work({ startedAt, lock, lockLost: lost.signal });
  } finally {
    await lock.release();
  }
}
