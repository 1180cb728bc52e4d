/** Prepares an output folder for a run. @module */
import { existsSync } from 'node:fs';
import { settleJournals } from './ledger/journals/settle-journals.js';
import type { OutputLock } from './lock.js';
import { markOutput, type OutputJob, type PlannedOutput } from './output-job.js';
import { outputPaths } from './output-paths.js';
import type { InspectedOutput } from './output-status.js';
import { removeShards } from './shards/shard-folders.js';

/** With more journals than this, they are put together. Every start of a run adds some. */
const maximumJournals = 50;

/** What {@link beginOutput} needs to know about a run. */
export interface BeginOptions {
  /** Whether the run retries failed items, replacing some of the records. */
  readonly retryFailed: boolean;
  readonly lock: Pick<OutputLock, 'generation' | 'fileSystem'>;
}

/**
 * Makes the journals of a folder count from now on, without outdated records, and marks the folder as the output of a job.
 * @returns the generation of the run, for the names of its journals
 * @throws `disk-full`, `output-unwritable`, `lock-lost`
 */
export async function beginOutput(
  root: string,
  planned: PlannedOutput,
  status: InspectedOutput,
  { retryFailed, lock }: BeginOptions,
): Promise<number> {
  const { journals, lost, records, damaged, shards } = status;
  // The folder of the lock may have been deleted.
  const generation = Math.max(lock.generation, journals.generation + 1);
  const isOutdated = lost.length > 0 || damaged.length > 0 || retryFailed || shards.length > 0;
  if (!journals.isSettled || isOutdated || journals.current.length > maximumJournals)
    await settleJournals(outputPaths(root), generation, records.values(), lock.fileSystem);
  const isOfShards = shards.length > 0 && !existsSync(outputPaths(root).outputJob);
  if (status.kind !== 'resume' || isOfShards)
    await markOutput(root, planned, earlierJobsIn(status), lock.fileSystem);
  if (shards.length > 0) await removeShards(root, lock.fileSystem);
  return generation;
}

/** Returns the jobs that created the folder before this one. */
function earlierJobsIn(status: InspectedOutput): OutputJob['earlierJobs'] {
  return status.kind === 'differs' ? status.jobs : status.earlierJobs;
}
