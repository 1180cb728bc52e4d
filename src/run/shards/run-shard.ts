/** Runs one shard of a plan: makes its items, and writes its records and its completion manifest. @module */

import { settleJournals } from '../../dataset/ledger/journals/settle-journals.js';
import { errorsIn } from '../../dataset/ledger/tally.js';
import type { OutputLock } from '../../dataset/lock.js';
import { markOutput, type PlannedOutput } from '../../dataset/output-job.js';
import { outputPaths, type ShardPlace } from '../../dataset/output-paths.js';
import { readCompletion } from '../../dataset/shards/completion.js';
import { type InspectedShard, inspectShard } from '../../dataset/shards/inspect-shard.js';
import { assertNoOtherWriter } from '../../dataset/shards/shard-folders.js';
import { writeSplits } from '../../dataset/splits-file.js';
import { asStorageError } from '../../files/file-system.js';
import { unlinkIfThere } from '../../files/folders.js';
import { isInShard, type Shard } from '../../plan/shard.js';
import { withEngine } from '../engines/engine-of-run.js';
import { type IsPending, pendingIn, workloadOf } from '../estimate/workload.js';
import { deadlineOf } from '../limits/deadline.js';
import { type Locked, whileLocked } from '../locked.js';
import { assignedImages } from '../preparing/assigned-images.js';
import { checkFiles, differs } from '../preparing/pending-work.js';
import { plannedFiles, plannedOutput } from '../preparing/planned-output.js';
import type { Prepared } from '../preparing/prepare.js';
import { produce } from '../produce.js';
import type { RunOptions, RunResult } from '../progress/events.js';
import { tooManyFailures } from '../tolerance.js';
import { finishShard } from './finish-shard.js';

/**
 * Makes every item of a shard that is missing. Resumes if interrupted; does nothing if complete. Other shards may run at
 * the same time, in the same folder or in others.
 * @throws as `runPlan`; `output-in-use` if another process runs the same shard, shards of another count, or everything
 */
export async function runShard(prepared: Prepared, options: RunOptions, shard: Shard): Promise<RunResult> {
  const { root } = prepared.job.output;
  const place = { root, shard };
  return whileLocked(
    place,
    { ...options, plannedFiles: () => plannedFiles(prepared.plan) },
    async (locked) => {
      await assertNoOtherWriter(root, shard);
      return runLocked(prepared, options, place, locked);
    },
  );
}

async function runLocked(
  prepared: Prepared,
  options: RunOptions,
  place: ShardPlace,
  { startedAt, lock, lockLost }: Locked,
): Promise<RunResult> {
  const { job, plan } = prepared;
  const { extend = false, retryFailed = false, onEvent } = options;
  const planned = plannedOutput(prepared);
  const found = await inspectShard(place, planned);
  if (found.kind === 'differs' && !extend) throw differs(place.root, found.differences);
  if (found.kind === 'differs') checkFiles(prepared, found.records);
  if (found.damaged.length > 0) onEvent?.({ type: 'damaged', lines: found.damaged });
  const isUnmade = pendingIn(found.records, retryFailed);
  const isPending: IsPending = (item) => isInShard(item.id, place.shard) && isUnmade(item);
  let [items, done] = [0, 0];
  // One pass over the items of all shards: it is slow for large plans.
  const workload = workloadOf(plan.items(), (item) => {
    if (!isInShard(item.id, place.shard)) return false;
    items++;
    if (found.records.get(item.id)?.status === 'complete') done++;
    return isUnmade(item);
  });
  const completion = await readCompletion(place);
  const isComplete = completion?.plan === planned.planDigest && found.lost.length === 0;
  if (isComplete && workload.items === 0) {
    const { counts } = completion;
    const exports = { written: [], left: [] };
    const nothing = { contactSheet: undefined, report: undefined };
    const base = { root: place.root, ...nothing, exports, elapsedMs: 0, stepMs: 0, workers: 0 };
    return { status: 'nothing', counts, tooManyFailures: tooManyFailures(counts, job.run), ...base };
  }
  const deadline = deadlineOf(job.run.window, options.limits ?? {}, (options.now ?? Date.now)());
  const errors = retryFailed ? {} : errorsIn(found.records.values());
  const ready = await withEngine(prepared, workload, found.records.values(), onEvent ?? (() => {}));
  const generation = await beginShard(place, planned, found, { retryFailed, lock });
  const assigned = assignedImages(prepared);
  // All shards write the same.
  if (assigned.length > 0) await writeSplits(place.root, assigned, lock.fileSystem);
  return produce({
    prepared: ready,
    options,
    output: { place, lock, generation },
    work: { items, done, isPending, workload, errors },
    startedAt,
    deadline,
    lockLost,
    finish: (_, time) => finishShard(prepared, place, startedAt, time, lock.fileSystem),
  });
}

/** Makes the journals of the shard hold all that counts, and marks the shard as part of the job. */
async function beginShard(
  place: ShardPlace,
  planned: PlannedOutput,
  { kind, journals, lost, damaged, records, earlierJobs, hasForeign }: InspectedShard,
  { retryFailed, lock }: { readonly retryFailed: boolean; readonly lock: OutputLock },
): Promise<number> {
  const paths = outputPaths(place);
  // It would say that nothing is left.
  await unlinkIfThere(paths.completion, lock.fileSystem).catch((error) => {
    throw asStorageError(error, paths.completion);
  });
  const generation = Math.max(lock.generation, journals.generation + 1);
  const isOutdated = lost.length > 0 || damaged.length > 0 || retryFailed || hasForeign;
  if (!journals.isSettled || isOutdated)
    await settleJournals(paths, generation, records.values(), lock.fileSystem);
  if (kind !== 'resume') await markOutput(place, planned, earlierJobs, lock.fileSystem);
  return generation;
}
