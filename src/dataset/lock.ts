/** One run at a time in an output folder. @module */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { asStorageError } from '../files/file-system.js';
import { type OutputPaths, outputPaths } from './output-paths.js';
import { assertOwnFolder } from './output-status.js';

/** Who holds the lock of an output folder. */
const ownerSchema = z.object({ pid: z.int(), host: z.string(), startedAt: z.string() });
type Owner = z.output<typeof ownerSchema>;
/** The run that writes to a folder; what is not known yet, because it has only just started, is missing. */
export type Writer = Partial<Owner>;

/** How a lock is taken. */
export interface LockOptions {
  /** When the run began; others are told. */
  readonly startedAt: Date;
  /** Called when the lock was lost: the folder was deleted, or this process slept so long that another took over. */
  readonly onLost?: (error: WildstyleError) => void;
}

/** A lock without a sign of life for so long is free. */
const staleMs = 30_000;
const heartbeatMs = 5_000;

/**
 * Takes the lock of an output folder, making the folder where missing. To be held by the process that orchestrates: a
 * process that computes cannot keep its heartbeat. The lock of a process of this machine that died is taken over at
 * once, one of another machine after 30 s.
 * @returns the function that releases it
 * @throws `output-in-use` naming the holder; `output-foreign`; `output-unwritable`
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
      // The lock may be lost, or the folder gone: either way it is released.
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

/** The run that holds the lock of an output folder, if one does. */
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
      const message = `${paths.lock}: the lock of this run was lost: ${cause.message}`;
      onLost?.(new WildstyleError('output-in-use', message, { cause }));
    },
  });
}

function inUse(root: string, owner: Owner | undefined): WildstyleError {
  const holder = owner
    ? `process ${owner.pid} on ${owner.host}, since ${owner.startedAt}`
    : 'another process, just begun or ended';
  return new WildstyleError('output-in-use', `${root}: another run writes to this folder (${holder})`, {
    cure: `Wait for it, or stop it. If it is gone, the lock is free ${staleMs / 1000} s after its last sign of life`,
  });
}

async function readOwner(lockOwner: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(lockOwner, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes the lock if its holder ran here and is dead. A folder guards against two that find it dead at once. */
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
