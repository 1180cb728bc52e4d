/**
 * Runs a plan: inspects the output folder, makes the missing items in worker processes and writes the dataset. If a run
 * is interrupted, finished items are kept and the next run resumes.
 * @module
 */
import { rm } from 'node:fs/promises';
import { beginOutput } from '../dataset/begin-output.js';
import { fileOf, type ItemRecord } from '../dataset/ledger/record.js';
import { errorsIn } from '../dataset/ledger/tally.js';
import { lockOutput } from '../dataset/lock.js';
import { outputPaths } from '../dataset/output-paths.js';
import { asWildstyleError } from '../errors.js';
import { workloadOfFirst } from './estimate/workload.js';
import type { RunEvent, RunOptions, RunResult } from './events.js';
import { finishDataset } from './finish/finish.js';
import { writeExports } from './finish/write-exports.js';
import { ItemProduction } from './item-production.js';
import { deadlineOf } from './limits/deadline.js';
import { findPendingWork } from './pending-work.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';
import { StatusReporter } from './status-reporter.js';
import { tooManyFailures } from './tolerance.js';

/**
 * Makes every item of a plan that is missing from the output folder. Resumes if interrupted; does nothing if complete.
 * @throws `output-differs` if a different job created the folder, listing the differences; `output-in-use`,
 *   `output-foreign`; `outside-window` if the job may not run now; errors that end a run, such as `disk-full` or `engine-unavailable`
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
  const { status: found, records, done, isPending, workload } = await findPendingWork(prepared, options);
  const lost = unrecoverable(prepared, found.lost);
  if (lost.length > 0) options.onEvent?.({ type: 'lost', files: lost });
  if (found.kind === 'complete' && workload.items === 0) {
    const { counts } = found.summary;
    const exports = await writeExports(job, options);
    return {
      status: exports.left.length > 0 ? 'stopped' : 'nothing',
      counts,
      tooManyFailures: tooManyFailures(counts, job.run),
      root,
      contactSheet: undefined,
      exports,
      elapsedMs: 0,
      stepMs: 0,
      workers: 0,
    };
  }
  const deadline = deadlineOf(job.run.window, options.limits ?? {}, (options.now ?? Date.now)());
  await beginOutput(root, planned, found, records.values(), options.retryFailed ?? false);
  const { total: items } = prepared.plan.counts;
  const errors = options.retryFailed ? {} : errorsIn(records.values());
  const reporter = new StatusReporter({ root, startedAt, items, complete: done, errors, deadline });
  const onEvent = (event: RunEvent) => {
    reporter.see(event);
    options.onEvent?.(event);
  };
  try {
    const { maxImages = workload.items } = options.limits ?? {};
    const asked =
      maxImages < workload.items
        ? workloadOfFirst(prepared.plan.interleaved(), isPending, maxImages)
        : workload;
    const production = new ItemProduction(prepared, asked, { ...options, onEvent }, deadline);
    production.abortOn(lockLost);
    const stepMs = await production.run(done, isPending);
    onEvent({ type: 'finishing' });
    const { counts, contactSheet } = await finishDataset(prepared, startedAt, records);
    if (counts.pending === 0) await rm(outputPaths(root).journalsFolder, { recursive: true, force: true });
    const isPartial = counts.pending > 0;
    const exports = isPartial ? { written: [], left: [] } : await writeExports(job, { ...options, onEvent });
    const result: RunResult = {
      status: isPartial || exports.left.length > 0 ? 'stopped' : 'complete',
      stoppedBy: isPartial ? (production.stoppedBy ?? 'max-images') : undefined,
      counts,
      tooManyFailures: tooManyFailures(counts, job.run),
      root,
      contactSheet,
      exports,
      elapsedMs: Date.now() - startedAt.getTime(),
      stepMs,
      workers: production.allocation.workers,
    };
    await reporter.end(result, counts);
    return result;
  } catch (error) {
    await reporter.fail(asWildstyleError(error));
    throw error;
  }
}

/** Returns the missing images that are not part of the plan, and so cannot be recreated. */
function unrecoverable({ plan }: Prepared, lost: readonly ItemRecord[]): string[] {
  const files = new Map(lost.map((record) => [record.id, fileOf(record)]));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}
