/** Prepares an output folder for a run. The caller holds the lock. @module */
import { sweepTemporaryFiles } from '../files/publish.js';
import { settleJournals } from './ledger/journal.js';
import type { ItemRecord } from './ledger/record.js';
import { markOutput, type OutputJob, type PlannedOutput } from './output-job.js';
import { outputPaths } from './output-paths.js';
import type { InspectedOutput } from './output-status.js';

/**
 * Deletes temporary files of crashed runs, discards outdated records, and marks the folder as the output of a job.
 * @param records the valid records
 * @param retryFailed whether the run retries failed items, replacing some of the records
 * @throws `disk-full`, `output-unwritable`
 */
export async function beginOutput(
  root: string,
  planned: PlannedOutput,
  status: InspectedOutput,
  records: Iterable<ItemRecord>,
  retryFailed: boolean,
): Promise<void> {
  const paths = outputPaths(root);
  await sweepTemporaryFiles(paths.temporaryFolder);
  if (status.lost.length > 0 || retryFailed) await settleJournals(paths, records);
  if (status.kind !== 'resume') await markOutput(root, planned, earlierJobsIn(status));
}

/** Returns the jobs that created the folder before this one. */
function earlierJobsIn(status: InspectedOutput): OutputJob['earlierJobs'] {
  if (status.kind === 'differs') return status.jobs;
  return status.kind === 'complete' ? status.summary.earlierJobs : [];
}
