/** Tells whether a process ended because memory ran out. @module */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saysOutOfMemory } from '../../stylize/batch-limits.js';

/** Reads how many processes the kernel has ended for lack of memory; undefined where it does not tell. */
export type KillCounter = () => number | undefined;

/** Returns a counter that reads a file of the kernel, such as `memory.events` of a control group. */
export function killCounter(file: string): KillCounter {
  return () => {
    try {
      const [, count] = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
      return count === undefined ? undefined : Number(count);
    } catch {
      return undefined;
    }
  };
}

/** Returns the counter of the control group of this process, or else that of the machine. */
export function ownKills(): KillCounter {
  const counters = [...groupFiles(), '/proc/vmstat'].map(killCounter);
  return counters.find((count) => count() !== undefined) ?? (() => undefined);
}

function groupFiles(): string[] {
  try {
    const groups = readFileSync('/proc/self/cgroup', 'utf8');
    const [, first] = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups) ?? [];
    const [, second] = /^0::(.*)$/m.exec(groups) ?? [];
    return [
      ...(first === undefined ? [] : [join('/sys/fs/cgroup/memory', first, 'memory.oom_control')]),
      ...(second === undefined ? [] : [join('/sys/fs/cgroup', second, 'memory.events')]),
    ];
  } catch {
    return [];
  }
}

/** Watches for processes that ran out of memory. */
export class OutOfMemory {
  #kills: number | undefined;

  constructor(private readonly count: KillCounter = ownKills()) {
    this.#kills = count();
  }

  /**
   * Returns whether a process that has just ended ran out of memory: the kernel ended it, or its last words say so.
   * @param lastEnd `SIGKILL`, or `exit code 1`
   */
  hasEnded(lastEnd: string, lastWords: string): boolean {
    const before = this.#kills;
    this.#kills = this.count();
    const isKilled = lastEnd === 'SIGKILL' && (this.#kills ?? 0) > (before ?? 0);
    return isKilled || saysOutOfMemory(lastWords);
  }
}

/** Lets the kernel end this process before others when memory runs out: a worker is replaced, a run is not. */
export function volunteer(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // Only Linux has it.
  }
}
