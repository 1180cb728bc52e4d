/** The options, events and result of a run. @module */
import type { FailedRecord } from '../dataset/ledger/record.js';
import type { Counts } from '../dataset/ledger/tally.js';
import type { Allocation } from './estimate/machine.js';
import type { Workload } from './estimate/workload.js';
import type { Progress } from './progress.js';

/** Reported during a run. */
export type RunEvent =
  | {
      readonly type: 'begin';
      readonly workload: Workload;
      readonly done: number;
      readonly allocation: Allocation;
    }
  /** The step time is not cached and is being measured; `estimate` or `inestimable` follows. */
  | { readonly type: 'estimating' }
  | { readonly type: 'inestimable' }
  | {
      readonly type: 'estimate';
      readonly seconds: number;
      readonly bytes: number;
      readonly memoryBytes: number;
      readonly freeMemoryBytes: number;
    }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'failed'; readonly record: FailedRecord }
  /** Images from earlier jobs are missing, and this job does not include them. Paths are below the output root. */
  | { readonly type: 'lost'; readonly files: readonly string[] }
  | { readonly type: 'draining' }
  | { readonly type: 'finishing' };

/** Options of a run. */
export interface RunOptions {
  /** Adds to a folder that a different job created, keeping its images. */
  readonly extend?: boolean;
  /** Retries items that are recorded as failed. */
  readonly retryFailed?: boolean;
  /** When aborted, the run finishes the items in progress and starts no more. */
  readonly drain?: AbortSignal;
  /** When aborted, the run kills the workers. */
  readonly abandon?: AbortSignal;
  /** The script of the worker processes, if a bundler has moved it. */
  readonly workerModule?: URL;
  readonly onEvent?: (event: RunEvent) => void;
}

/** The result of a run. */
export interface RunResult {
  /** `nothing`: there was nothing to do; `stopped`: items are left for the next run. */
  readonly status: 'complete' | 'stopped' | 'nothing';
  readonly counts: Counts;
  /** Whether more items failed than `run.maxFailures` tolerates. */
  readonly tooManyFailures: boolean;
  readonly root: string;
  readonly contactSheet: string | undefined;
  readonly elapsedMs: number;
  /** Time spent in optimization steps, summed over the workers. */
  readonly stepMs: number;
  readonly workers: number;
}
