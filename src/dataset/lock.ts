/** Locks an output folder, so that only one run writes to it at a time. @module */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import lockfile from 'proper-lockfile';
import { WildstyleError } from '../errors.js';
import { asStorageError } from '../files/file-system.js';
import { type OutputPaths, outputPaths } from './output-paths.js';
import { assertOwnFolder } from './output-status.js';
import { type Owner, ownerSchema, type Writer } from './writer.js';

/** Options for taking the lock. */
export interface LockOptions {
  /** Start of the run; shown to other runs. */
  readonly startedAt: Date;
  /** Called if the lock is lost: the folder was deleted, or this process slept so long that another took over. */
  readonly onLost?: (error: WildstyleError) => void;
}

/** A lock without a heartbeat for this long is free. */
const staleMs = 30_000;
const heartbeatMs = 5_000;

/**
 * Takes the lock of an output folder; creates the folder if missing. The orchestrator must hold the lock, because a
 * computing process cannot keep up the heartbeat. The lock of a dead process on this machine is taken over immediately,
 * that of another machine after 30 s.
 * @returns a function that releases the lock
 * @throws `output-in-use` with the holder; `output-foreign`; `output-unwritable`
 */
export async function lockOutput(root: string, options: LockOptions): Promise<() => Promise<void>> {
  const paths = outputPaths(root);
  await assertOwnFolder(root);
  try {
    await mkdir(paths.workFolder, { recursive: true });
    const release = await acquire(paths, options).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ELOCKED') throw error;
      if (!(await breakLockOfDeadProcess(paths))) throw inUse(root, await readOwner(paths.lockOwner));
      return acquire(paths, options);
    });
    const unlock = async () => {
      await unlink(paths.lockOwner).catch(() => {});
      // Ignore errors: if the lock is lost or the folder deleted, there is nothing to release.
      await release().catch(() => {});
    };
    const owner: Owner = { pid: process.pid, host: hostname(), startedAt: options.startedAt.toISOString() };
    await writeFile(paths.lockOwner, `${JSON.stringify(owner)}\n`).catch(async (error) => {
      await unlock();
      throw error;
    });
    return unlock;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED')
      throw inUse(root, await readOwner(paths.lockOwner));
    throw asStorageError(error, paths.lock);
  }
}

/** Returns the run that holds the lock of an output folder, if any. */
export async function writerOf(root: string): Promise<Writer | undefined> {
  const { lock, workFolder, lockOwner } = outputPaths(root);
  if (!existsSync(lock)) return undefined;
  const isHeld = await lockfile.check(workFolder, { lockfilePath: lock, stale: staleMs }).catch(() => false);
  if (!isHeld) return undefined;
  const owner = await readOwner(lockOwner);
  const isDead = owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
  return isDead ? undefined : (owner ?? {});
}

function acquire(paths: OutputPaths, { onLost }: LockOptions): Promise<() => Promise<void>> {
  return lockfile.lock(paths.workFolder, {
    lockfilePath: paths.lock,
    stale: staleMs,
    update: heartbeatMs,
    onCompromised: (cause) => {
      const message = `${paths.lock}: this run lost its lock: ${cause.message}`;
      onLost?.(new WildstyleError('output-in-use', message, { cause }));
    },
  });
}

function inUse(root: string, owner: Owner | undefined): WildstyleError {
  const holder = owner
    ? `process ${owner.pid} on ${owner.host}, since ${owner.startedAt}`
    : 'a process that has just started or ended';
  return new WildstyleError('output-in-use', `${root}: another run is writing to this folder (${holder})`, {
    cure: `Wait for it, or stop it. If it has crashed, its lock expires after ${staleMs / 1000} s.`,
  });
}

async function readOwner(lockOwner: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(lockOwner, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes the lock of a dead process on this machine. A guard folder prevents two processes from doing so at once. */
async function breakLockOfDeadProcess(paths: OutputPaths): Promise<boolean> {
  const guard = `${paths.lock}-break`;
  try {
    await mkdir(guard);
  } catch {
    return false;
  }
  try {
    const owner = await readOwner(paths.lockOwner);
    if (owner === undefined || owner.host !== hostname() || isAlive(owner.pid)) return false;
    await unlink(paths.lockOwner);
    await rmdir(paths.lock);
    return true;
  } catch {
    return false;
  } finally {
    await rmdir(guard).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
