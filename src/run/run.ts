/**
 * Runs a plan: inspects the output folder, makes the missing items in worker processes and writes the dataset. If a run
 * is interrupted, finished items are kept and the next run resumes.
 * @module
 */
import { beginOutput } from '../dataset/begin-output.js';
import { removeRetired, retireJournals } from '../dataset/ledger/journals/settle-journals.js';
import type { IndexedRecord } from '../dataset/ledger/record-index.js';
import { errorsIn } from '../dataset/ledger/tally.js';
import { lockOutput, type OutputLock } from '../dataset/lock.js';
import { outputPaths } from '../dataset/output-paths.js';
import { writeSplits } from '../dataset/splits-file.js';
import { asWildstyleError } from '../errors.js';
import { assignedImages } from './assigned-images.js';
import { withEngine } from './engine-of-run.js';
import { spaceShortage } from './estimate/free-space.js';
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
  const lock = await lockOutput(root, {
    startedAt,
    onLost: (error) => lost.abort(error),
    onWait: () => options.onEvent?.({ type: 'waiting' }),
    ...(options.fileSystem && { fileSystem: options.fileSystem }),
  });
  try {
    return await runLocked(prepared, options, { startedAt, lock, lockLost: lost.signal });
  } finally {
    await lock.release();
  }
}

interface Locked {
  readonly startedAt: Date;
  readonly lock: OutputLock;
  readonly lockLost: AbortSignal;
}

async function runLocked(
  prepared: Prepared,
  options: RunOptions,
  { startedAt, lock, lockLost }: Locked,
): Promise<RunResult> {
  const began = performance.now();
  const { job } = prepared;
  const { root } = job.output;
  const planned = plannedOutput(prepared);
  const { status: found, done, hasNewRights, isPending, workload } = await findPendingWork(prepared, options);
  const lost = unrecoverable(prepared, found.lost);
  if (lost.length > 0) options.onEvent?.({ type: 'lost', files: lost });
  if (found.damaged.length > 0) options.onEvent?.({ type: 'damaged', lines: found.damaged });
  if (found.kind === 'complete' && workload.items === 0 && !hasNewRights) {
    const { counts } = found.summary;
    if (found.journals.obsolete.length > 0)
      await removeRetired(outputPaths(root).journalsFolder, lock.fileSystem);
    const exports = await writeExports(job, options, lock.fileSystem);
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
  const { maxImages = workload.items } = options.limits ?? {};
  const asked =
    maxImages < workload.items
      ? workloadOfFirst(prepared.plan.interleaved(), isPending, maxImages)
      : workload;
  const space = await spaceShortage(root, asked, job.output.format);
  if (space) options.onEvent?.({ type: 'space', ...space });
  const retryFailed = options.retryFailed ?? false;
  const generation = await beginOutput(root, planned, found, { retryFailed, lock });
  // Before the first item, so that a job that extends an interrupted run knows all splits.
  const assigned = assignedImages(prepared);
  if (assigned.length > 0) await writeSplits(root, assigned, lock.fileSystem);
  const { total: items } = prepared.plan.counts;
  const errors = retryFailed ? {} : errorsIn(found.records.values());
  const reporter = new StatusReporter({
    ...{ root, startedAt, items, complete: done, errors, deadline },
    fileSystem: lock.fileSystem,
  });
  const onEvent = (event: RunEvent) => {
    reporter.see(event);
    options.onEvent?.(event);
  };
  try {
    const production = new ItemProduction(
      await withEngine(prepared, workload, found.records.values(), onEvent),
      asked,
      { ...options, onEvent },
      { generation, lock },
      deadline,
    );
    production.abortOn(lockLost);
    const stepMs = await production.run(done, isPending);
    onEvent({ type: 'finishing' });
    const { counts, contactSheet } = await finishDataset(prepared, startedAt, lock.fileSystem);
    if (counts.pending === 0) await retireJournals(outputPaths(root), generation, lock.fileSystem);
    const isPartial = counts.pending > 0;
    const exports = isPartial
      ? { written: [], left: [] }
      : await writeExports(job, { ...options, onEvent }, lock.fileSystem);
    const result: RunResult = {
      status: isPartial || exports.left.length > 0 ? 'stopped' : 'complete',
      stoppedBy: isPartial ? (production.stoppedBy ?? 'max-images') : undefined,
      counts,
      tooManyFailures: tooManyFailures(counts, job.run),
      root,
      contactSheet,
      exports,
      elapsedMs: performance.now() - began,
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
function unrecoverable({ plan }: Prepared, lost: readonly IndexedRecord[]): string[] {
  const files = new Map(lost.map(({ id, file }) => [id, file]));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}
