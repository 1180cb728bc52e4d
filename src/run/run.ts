/**
 * Runs a plan: looks at what the output folder holds, makes what is missing in worker processes, and leaves a dataset
 * behind. Whatever ends a run early, what was finished is kept, and the next run goes on.
 * @module
 */
import { rm } from 'node:fs/promises';
import { outputLayout } from '../dataset/layout.js';
import { lockOutput } from '../dataset/lock.js';
import { sweepTemporaryFiles } from '../dataset/publish.js';
import type { ItemRecord } from '../dataset/record.js';
import { beginOutput } from '../dataset/started.js';
import { inspectOutput } from '../dataset/state.js';
import type { Counts } from '../dataset/tally.js';
import { WildstyleError } from '../errors.js';
import type { Job } from '../job/schema.js';
import type { RunOptions } from './events.js';
import { finishDataset } from './finish.js';
import { intendedOutput } from './intended.js';
import { Making } from './making.js';
import type { Prepared } from './prepare.js';
import { pendingIn, workloadOf } from './workload.js';

export interface RunResult {
  /** `nothing`: everything was there; `stopped`: items are left for the next run. */
  readonly status: 'complete' | 'stopped' | 'nothing';
  readonly counts: Counts;
  /** Whether more items failed than the job tolerates. */
  readonly tooManyFailures: boolean;
  readonly root: string;
  readonly contactSheet: string | undefined;
  readonly elapsedMs: number;
  /** Time that all workers together spent in optimisation steps. */
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
  const { job, plan } = prepared;
  const { root } = job.output;
  const intended = intendedOutput(prepared);
  const state = await inspectOutput(root, intended);
  if (state.kind === 'differs' && !options.extend) throw differs(root, state.differences);
  if (state.kind === 'differs') checkPlaces(prepared, state.records);
  const records = 'records' in state ? state.records : new Map<string, ItemRecord>();
  const gone = lostForGood(prepared, state.lost);
  if (gone.length > 0) options.onEvent?.({ type: 'lost', files: gone });
  const isPending = pendingIn(records, options.retryFailed ?? false);
  const workload = workloadOf(plan.items(), isPending);
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
  const layout = outputLayout(root);
  await sweepTemporaryFiles(layout.temporaryFolder);
  if (state.kind === 'differs') await beginOutput(root, intended, state.jobs);
  else if (state.kind !== 'resume') await beginOutput(root, intended);
  const making = new Making(prepared, workload, options);
  lockLost.addEventListener('abort', () => making.abort(lockLost.reason as WildstyleError));
  const done = [...records.values()].filter(({ status }) => status === 'complete').length;
  const stepMs = await making.run(done, isPending);
  options.onEvent?.({ type: 'finishing' });
  const { counts, contactSheet } = await finishDataset(prepared, startedAt, records);
  if (counts.pending === 0) await rm(layout.journalsFolder, { recursive: true, force: true });
  return {
    status: counts.pending > 0 ? 'stopped' : 'complete',
    counts,
    tooManyFailures: tooMany(counts, job),
    root,
    contactSheet,
    elapsedMs: Date.now() - startedAt.getTime(),
    stepMs,
    workers: making.allocation.workers,
  };
}

/** Images that were there, are gone, and are in no plan any more. */
function lostForGood({ plan }: Prepared, lost: readonly ItemRecord[]): string[] {
  const files = new Map(lost.map(({ id, file }) => [id, file ?? '']));
  if (files.size > 0) for (const { id } of plan.items()) files.delete(id);
  return [...files.values()].sort();
}

/** An image that is to lie elsewhere in the same folder would be there twice. */
function checkPlaces({ job, plan }: Prepared, records: ReadonlyMap<string, ItemRecord>): void {
  for (const { id, file } of plan.items()) {
    const there = records.get(id)?.file;
    if (there && there !== file) {
      throw new WildstyleError(
        'output-differs',
        `${job.output.root} holds ${there}, which this job would put at ${file}.`,
        {
          cure: 'A folder keeps its output.split: choose another folder with --out.',
        },
      );
    }
  }
}

function differs(root: string, differences: readonly string[]): WildstyleError {
  const shown = differences.slice(0, 20).map((line) => `  ${line}`);
  return new WildstyleError(
    'output-differs',
    `${root} was made by another job. What differs:\n${shown.join('\n')}`,
    { cure: 'Choose another folder with --out, or add to this one with --extend: what it holds stays.' },
  );
}

function tooMany({ failed, items }: Counts, { run }: Job): boolean {
  const tolerated = run.maxFailures > 0 && run.maxFailures < 1 ? run.maxFailures * items : run.maxFailures;
  return failed > tolerated;
}
