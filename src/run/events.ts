/** What a run is asked and what it tells. @module */
import type { FailedRecord } from '../dataset/ledger/record.js';
import type { Counts } from '../dataset/ledger/tally.js';
import type { Allocation } from './estimate/machine.js';
import type { Workload } from './estimate/workload.js';
import type { Progress } from './progress.js';

/** What a run tells while it goes on. */
export type RunEvent =
  | {
      readonly type: 'begin';
      readonly workload: Workload;
      readonly done: number;
      readonly allocation: Allocation;
    }
  /** Steps of this kind were never measured here: a few are, and an estimate follows, or that there is none. */
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
  /** Images of earlier jobs that are gone, and that this job does not make: below the root. */
  | { readonly type: 'lost'; readonly files: readonly string[] }
  | { readonly type: 'draining' }
  | { readonly type: 'finishing' };

/** How a plan is run. */
export interface RunOptions {
  /** Goes on in a folder that was made by another job; what it holds stays. */
  readonly extend?: boolean;
  /** Tries items again that are recorded as failed. */
  readonly retryFailed?: boolean;
  /** When aborted, items that are being optimized are finished and nothing more is begun. */
  readonly drain?: AbortSignal;
  /** When aborted, the workers are killed. */
  readonly abandon?: AbortSignal;
  /** The script of the worker processes, where a bundler has moved it. */
  readonly workerModule?: URL;
  readonly onEvent?: (event: RunEvent) => void;
}

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
