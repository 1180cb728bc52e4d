/** The part of a run in which images are made, with its status and its result. @module */

import type { Counts } from '../dataset/ledger/tally.js';
import { rootOf } from '../dataset/output-paths.js';
import { asWildstyleError } from '../errors.js';
import { spaceShortage } from './estimate/free-space.js';
import { type IsPending, type Workload, workloadOfFirst } from './estimate/workload.js';
import type { WorkersTime } from './finish/last-run.js';
import { noOverviews, type Overviews } from './finish/overviews.js';
import type { JobExports } from './finish/write-exports.js';
import { ItemProduction, type RunOutput } from './item-production.js';
import type { Deadline } from './limits/deadline.js';
import { openGate } from './preparing/gate.js';
import type { Prepared } from './preparing/prepare.js';
import type { RunEvent, RunOptions, RunResult } from './progress/events.js';
import { StatusReporter } from './progress/status-reporter.js';
import { tooManyFailures } from './tolerance.js';

/** What a run left. */
export interface Finished extends Partial<Overviews> {
  readonly counts: Counts;
  /** Default: none. */
  readonly exports?: RunResult['exports'];
}

/** A run that is ready to make images. */
export interface Production {
  readonly prepared: Prepared;
  readonly options: RunOptions;
  readonly output: RunOutput;
  readonly work: {
    /** Items of the run, including those that exist. */
    readonly items: number;
    readonly done: number;
    readonly isPending: IsPending;
    readonly workload: Workload;
    /** Items that failed before and are not retried, by code. */
    readonly errors: Readonly<Record<string, number>>;
  };
  readonly startedAt: Date;
  readonly deadline: Deadline | undefined;
  readonly lockLost: AbortSignal;
  /** Writes what a run leaves when no more images are made. */
  readonly finish: (onEvent: (event: RunEvent) => void, time: WorkersTime) => Promise<Finished>;
}

const noExports: JobExports = { written: [], left: [] };

/** Makes the pending images, within the limits of the run, and finishes. Reports the status on the way. */
export async function produce(production: Production): Promise<RunResult> {
  const began = performance.now();
  const { prepared, options, output, work, startedAt, deadline, lockLost, finish } = production;
  const { done, isPending, workload, items, errors } = work;
  const root = rootOf(output.place);
  const reporter = new StatusReporter({
    ...{ place: output.place, startedAt, items, complete: done, errors, deadline },
    fileSystem: output.lock.fileSystem,
  });
  const onEvent = (event: RunEvent) => {
    reporter.see(event);
    options.onEvent?.(event);
  };
  try {
    const { maxImages = workload.items } = options.limits ?? {};
    const isLimited = maxImages < workload.items;
    const asked = isLimited ? workloadOfFirst(prepared.plan.interleaved(), isPending, maxImages) : workload;
    const space = await spaceShortage(root, asked, {
      format: prepared.job.output.format,
      // Those of shards are made when they are merged.
      overviews: typeof output.place === 'string' ? prepared.job.run : noOverviews,
      shown: items,
    });
    if (space) onEvent({ type: 'space', ...space });
    const gate = await openGate(prepared, output.lock.fileSystem);
    const making = new ItemProduction(
      { ...prepared, openGate: gate },
      asked,
      { ...options, onEvent },
      output,
      deadline,
    );
    making.abortOn(lockLost);
    await making.run(done, isPending);
    onEvent({ type: 'finishing' });
    const {
      counts,
      contactSheet,
      report,
      missing,
      exports = noExports,
    } = await finish(onEvent, making.workersTime);
    const isPartial = counts.pending > 0;
    const result: RunResult = {
      status: isPartial || exports.left.length > 0 ? 'stopped' : 'complete',
      stoppedBy: isPartial ? (making.stoppedBy ?? 'max-images') : undefined,
      counts,
      tooManyFailures: tooManyFailures(counts, prepared.job.run),
      root,
      contactSheet,
      report,
      missing,
      exports,
      elapsedMs: performance.now() - began,
      stepMs: making.stepMs,
      workers: making.allocation.workers,
    };
    await reporter.end(result, counts);
    return result;
  } catch (error) {
    await reporter.fail(asWildstyleError(error));
    throw error;
  }
}
