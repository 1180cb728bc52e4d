/** Gets an output folder ready for a run. The caller holds its lock. @module */
import { sweepTemporaryFiles } from '../files/publish.js';
import { settleJournals } from './ledger/journal.js';
import type { ItemRecord } from './ledger/record.js';
import { markOutput, type OutputJob, type PlannedOutput } from './output-job.js';
import { outputPaths } from './output-paths.js';
import type { InspectedOutput } from './output-status.js';

/**
 * Removes what dead runs left behind, makes the records that still count the only ones, and marks the folder as the output
 * of a job.
 * @param records those that still count
 * @param retryFailed whether some of them are about to be replaced
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

/** The jobs that made a folder before this one. */
function earlierJobsIn(status: InspectedOutput): OutputJob['earlierJobs'] {
  if (status.kind === 'differs') return status.jobs;
  return status.kind === 'complete' ? status.summary.earlierJobs : [];
}
