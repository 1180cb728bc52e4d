/** Control groups that limit the memory of processes, where the system lets a test make one. @module */
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KillCounter, killCounter } from '../../../src/run/pool/out-of-memory.js';

/** A group of processes with limited memory. */
export interface MemoryGroup {
  readonly add: (pid: number) => Promise<void>;
  /** Counts the processes of the group that the kernel ended. */
  readonly kills: KillCounter;
  /** Call it when all its processes have ended. */
  readonly remove: () => Promise<void>;
}

const root = '/sys/fs/cgroup';

/** Makes a group. @throws if this system or this user cannot */
export async function memoryGroup(limitBytes: number): Promise<MemoryGroup> {
  const isFirstVersion = existsSync(join(root, 'memory'));
  const folder = join(root, isFirstVersion ? 'memory' : '', `wildstyle-test-${process.pid}`);
  await mkdir(folder);
  const set = (file: string, value: number) => writeFile(join(folder, file), `${value}`);
  try {
    await set(isFirstVersion ? 'memory.limit_in_bytes' : 'memory.max', limitBytes);
    await set(isFirstVersion ? 'memory.swappiness' : 'memory.swap.max', 0);
  } catch (error) {
    await rmdir(folder);
    throw error;
  }
  const kills = killCounter(join(folder, isFirstVersion ? 'memory.oom_control' : 'memory.events'));
  return { kills, add: (pid) => set('cgroup.procs', pid), remove: () => rmdir(folder) };
}
