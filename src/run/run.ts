/**
 * Runs a plan: inspects the output folder, makes the missing items in worker processes and writes the dataset. If a run
 * is interrupted, finished items are kept and the next run resumes.
 * @module
 */
import { beginOutput } from '../dataset/begin-output.js';
import { removeRetired, retireJournals } from '../dataset/ledger/journals/settle-journals.js';
import type { IndexedRecord } from '../dataset/ledger/record-index.js';
import { errorsIn } from '../dataset/ledger/tally.js';
import { outputPaths } from '../dataset/output-paths.js';
import { assertNoOtherWriter } from '../dataset/shards/shard-folders.js';
import { writeSplits } from '../dataset/splits-file.js';
import { removeEarlierSheets } from '../report/page/write-report.js';
import { withEngine } from './engines/engine-of-run.js';
import { addOverviews, finishDataset } from './finish/finish.js';
import { overviewsToMake } from './finish/overviews.js';
import { writeExports } from './finish/write-exports.js';
import { deadlineOf } from './limits/deadline.js';
import { type Locked, whileLocked } from './locked.js';
import { assignedImages } from './preparing/assigned-images.js';
import { findPendingWork } from './preparing/pending-work.js';
import { plannedFiles, plannedOutput } from './preparing/planned-output.js';
import type { Prepared } from './preparing/prepare.js';
import { produce } from './produce.js';
import type { RunOptions, RunResult } from './progress/events.js';
import { runShard } from './shards/run-shard.js';
import { tooManyFailures } from './tolerance.js';

/**
 * Makes every item of a plan that is missing from the output folder. Resumes if interrupted; does nothing if complete.
 * @throws `output-differs` if a different job created the folder, listing the differences; `output-in-use`,
 *   `output-foreign`; `outside-window` if the job may not run now; errors that end a run, such as `disk-full` or `engine-unavailable`
 */
export async function runPlan(prepared: Prepared, options: RunOptions = {}): Promise<RunResult> {
  if (options.shard) return runShard(prepared, options, options.shard);
  const root = prepared.job.output.root;
  return whileLocked(
    root,
    { ...options, plannedFiles: () => plannedFiles(prepared.plan) },
    async (locked) => {
      await assertNoOtherWriter(root);
      return runLocked(prepared, options, locked);
    },
  );
}

async function runLocked(
  prepared: Prepared,
  options: RunOptions,
  { startedAt, lock, lockLost }: Locked,
): Promise<RunResult> {
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
    // A run may have ended after it declared its report, and before it removed the files of an earlier one.
    await removeEarlierSheets(root, found.summary.digests.files, lock.fileSystem);
    const wishes = overviewsToMake(found.summary, job.run);
    const overviews = await addOverviews(prepared, found, wishes, lock.fileSystem);
    if (overviews.missing) options.onEvent?.({ type: 'overviews-missing', ...overviews.missing });
    const exports = await writeExports(job, options, lock.fileSystem);
    return {
      status: exports.left.length > 0 ? 'stopped' : 'nothing',
      counts,
      tooManyFailures: tooManyFailures(counts, job.run),
      root,
      ...overviews,
      exports,
      elapsedMs: 0,
      stepMs: 0,
      workers: 0,
    };
  }
  const deadline = deadlineOf(job.run.window, options.limits ?? {}, (options.now ?? Date.now)());
  const retryFailed = options.retryFailed ?? false;
  const errors = retryFailed ? {} : errorsIn(found.records.values());
  // Before journals are put together: the records are read from where they are.
  const ready = await withEngine(prepared, workload, found.records.values(), options.onEvent ?? (() => {}));
  const generation = await beginOutput(root, planned, found, { retryFailed, lock });
  // Before the first item, so that a job that extends an interrupted run knows all splits.
  const assigned = assignedImages(prepared);
  if (assigned.length > 0) await writeSplits(root, assigned, lock.fileSystem);
  return produce({
    prepared: ready,
    options,
    output: { place: root, lock, generation },
    work: { done, isPending, workload, items: prepared.plan.counts.total, errors },
    startedAt,
    deadline,
    lockLost,
    async finish(onEvent, time) {
      const finished = await finishDataset(prepared, startedAt, time, lock.fileSystem);
      if (finished.missing) onEvent({ type: 'overviews-missing', ...finished.missing });
      if (finished.counts.pending > 0) return finished;
      await retireJournals(outputPaths(root), generation, lock.fileSystem);
      const exports = await writeExports(job, { ...options, onEvent }, lock.fileSystem);
      return { ...finished, exports };
    },
  });
}

/** Returns the missing images that are not part of the plan, and so cannot be recreated. */
export function unrecoverable({ plan }: Prepared, lost: readonly IndexedRecord[]): string[] {
  const files = new Map(lost.map(({ id, file }) => [id, file]));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}
