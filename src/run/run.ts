/**
 * Runs a plan: looks at what the output folder holds, makes what is missing in worker processes, and leaves a dataset
 * behind. Whatever ends a run early, what was finished is kept, and the next run goes on.
 * @module
 */
import { rm } from 'node:fs/promises';
import { settleJournals } from '../dataset/ledger/journal.js';
import type { ItemRecord } from '../dataset/ledger/record.js';
import type { Counts } from '../dataset/ledger/tally.js';
import { lockOutput } from '../dataset/lock.js';
import { beginOutput, type OutputJob } from '../dataset/output-job.js';
import { outputPaths } from '../dataset/output-paths.js';
import type { OutputStatus } from '../dataset/output-status.js';
import type { WildstyleError } from '../errors.js';
import { sweepTemporaryFiles } from '../files/publish.js';
import type { Job } from '../job/schema.js';
import type { RunOptions } from './events.js';
import { finishDataset } from './finish.js';
import { ItemProduction } from './item-production.js';
import { findPendingWork } from './pending-work.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';

/** How a run ended. */
export interface RunResult {
  /** `nothing`: everything was there; `stopped`: items are left for the next run. */
  readonly status: 'complete' | 'stopped' | 'nothing';
  readonly counts: Counts;
  /** Whether more items failed than the job tolerates. */
  readonly tooManyFailures: boolean;
  readonly root: string;
  readonly contactSheet: string | undefined;
  readonly elapsedMs: number;
  /** Time that all workers together spent in optimization steps. */
  readonly stepMs: number;
  readonly workers: number;
}

/**
 * Makes every item of a plan that the output folder does not hold yet.
 * @throws `output-differs` when the folder was made by another job, naming the differences; `output-in-use`,
 *   `output-foreign`; what ends a run: `disk-full`, `engine-unavailable` ...
 */
export async function runPlan(prepared: Prepared, options: RunOptions = {}): Promise<RunResult> {
  const root = prepared.job.output.root;
  const startedAt = new Date();
  const lost = new AbortController();
  const unlock = await lockOutput(root, { startedAt, onLost: (error) => lost.abort(error) });
  try {
    return await runLocked(prepared, options, startedAt, lost.signal);
  } finally {
    await unlock();
  }
}

async function runLocked(
  prepared: Prepared,
  options: RunOptions,
  startedAt: Date,
  lockLost: AbortSignal,
): Promise<RunResult> {
  const { job } = prepared;
  const { root } = job.output;
  const planned = plannedOutput(prepared);
  const { state, records, done, isPending, workload } = await findPendingWork(prepared, options);
  const gone = lostForGood(prepared, state.lost);
  if (gone.length > 0) options.onEvent?.({ type: 'lost', files: gone });
  if (state.kind === 'complete' && workload.items === 0) {
    const { counts } = state.summary;
    return {
      status: 'nothing',
      counts,
      tooManyFailures: tooMany(counts, job),
      root,
      contactSheet: undefined,
      elapsedMs: 0,
      stepMs: 0,
      workers: 0,
    };
  }
  const paths = outputPaths(root);
  await sweepTemporaryFiles(paths.temporaryFolder);
  if (state.lost.length > 0 || options.retryFailed) await settleJournals(paths, records.values());
  if (state.kind !== 'resume') await beginOutput(root, planned, earlierJobsIn(state));
  const production = new ItemProduction(prepared, workload, options);
  lockLost.addEventListener('abort', () => production.abort(lockLost.reason as WildstyleError));
  const stepMs = await production.run(done, isPending);
  options.onEvent?.({ type: 'finishing' });
  const { counts, contactSheet } = await finishDataset(prepared, startedAt, records);
  if (counts.pending === 0) await rm(paths.journalsFolder, { recursive: true, force: true });
  return {
    status: counts.pending > 0 ? 'stopped' : 'complete',
    counts,
    tooManyFailures: tooMany(counts, job),
    root,
    contactSheet,
    elapsedMs: Date.now() - startedAt.getTime(),
    stepMs,
    workers: production.allocation.workers,
  };
}

/** The jobs that a folder was made by before this one. */
function earlierJobsIn(state: OutputStatus): OutputJob['earlierJobs'] {
  if (state.kind === 'differs') return state.jobs;
  return state.kind === 'complete' ? state.summary.earlierJobs : [];
}

/** Images that were there, are gone, and are in no plan any more. */
function lostForGood({ plan }: Prepared, lost: readonly ItemRecord[]): string[] {
  const files = new Map(lost.map(({ id, file }) => [id, file ?? '']));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}

function tooMany({ failed, items }: Counts, { run }: Job): boolean {
  const tolerated = run.maxFailures > 0 && run.maxFailures < 1 ? run.maxFailures * items : run.maxFailures;
  return failed > tolerated;
}
