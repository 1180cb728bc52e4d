/**
 * Runs a plan: looks at what the output folder holds, makes what is missing in worker processes, and leaves a dataset
 * behind. Whatever ends a run early, what was finished is kept, and the next run goes on.
 * @module
 */
import { rm } from 'node:fs/promises';
import { beginOutput } from '../dataset/begin-output.js';
import { fileOf, type ItemRecord } from '../dataset/ledger/record.js';
import { lockOutput } from '../dataset/lock.js';
import { outputPaths } from '../dataset/output-paths.js';
import type { RunOptions, RunResult } from './events.js';
import { finishDataset } from './finish/finish.js';
import { ItemProduction } from './item-production.js';
import { findPendingWork } from './pending-work.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';
import { tooManyFailures } from './tolerance.js';

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
      tooManyFailures: tooManyFailures(counts, job.run),
      root,
      contactSheet: undefined,
      elapsedMs: 0,
      stepMs: 0,
      workers: 0,
    };
  }
  await beginOutput(root, planned, state, records.values(), options.retryFailed ?? false);
  const production = new ItemProduction(prepared, workload, options);
  production.abortOn(lockLost);
  const stepMs = await production.run(done, isPending);
  options.onEvent?.({ type: 'finishing' });
  const { counts, contactSheet } = await finishDataset(prepared, startedAt, records);
  if (counts.pending === 0) await rm(outputPaths(root).journalsFolder, { recursive: true, force: true });
  return {
    status: counts.pending > 0 ? 'stopped' : 'complete',
    counts,
    tooManyFailures: tooManyFailures(counts, job.run),
    root,
    contactSheet,
    elapsedMs: Date.now() - startedAt.getTime(),
    stepMs,
    workers: production.allocation.workers,
  };
}

/** Images that were there, are gone, and are in no plan any more. */
function lostForGood({ plan }: Prepared, lost: readonly ItemRecord[]): string[] {
  const files = new Map(lost.map((record) => [record.id, fileOf(record)]));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}
