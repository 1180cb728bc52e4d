/** Finds the run that is writing to a folder. @module */
import { holderOf } from '../files/lock/folder-lock.js';
import { type OutputPlace, outputPaths } from './output-paths.js';
import type { Writer } from './writer.js';

/** Returns the run that holds the lock of an output folder, or of one of its shards, if any. */
export async function writerOf(place: OutputPlace): Promise<Writer | undefined> {
  const holder = await holderOf(outputPaths(place).lock);
  if (!holder) return undefined;
  const { pid, host, startedAt } = holder;
  return pid === undefined ? {} : { pid, ...(host && { host }), ...(startedAt && { startedAt }) };
}
