/** The run that is writing to a folder. @module */
import type { Holder } from '../files/lock/lock-files.js';

/** The run that is writing to a folder. Fields are missing if its lock cannot be read. */
export type Writer = Partial<Pick<Holder, 'pid' | 'host' | 'startedAt'>>;

/** Returns the process of a run in parentheses, to append to a sentence; empty if it is not known yet. */
export function processText({ pid, host }: Writer): string {
  return pid === undefined ? '' : ` (process ${pid} on ${host})`;
}
