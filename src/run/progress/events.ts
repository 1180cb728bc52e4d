/** The options, events and result of a run. @module */
import type { WindowsNeeded } from '../../calendar/window.js';
import type { FailedRecord } from '../../dataset/ledger/record.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import type { ExporterName } from '../../export-formats.js';
import type { FileSystem } from '../../files/file-system.js';
import type { Shard } from '../../plan/shard.js';
import type { OnProcessor } from '../doctor/step-placement.js';
import type { EngineChoice } from '../engines/engine-choice.js';
import type { Space } from '../estimate/free-space.js';
import type { Allocation } from '../estimate/machine.js';
import type { Workload } from '../estimate/workload.js';
import type { MissingOverviews, Overviews } from '../finish/overviews.js';
import type { JobExports } from '../finish/write-exports.js';
import type { DeadlineCause, RunLimits } from '../limits/deadline.js';
import type { WorkerChange } from '../pool/memory-policy.js';
import type { KillCounter } from '../pool/out-of-memory.js';
import type { WorkerLoad } from '../pool/pool.js';
import type { StartWorker } from '../pool/worker-process.js';
import type { Progress } from './progress.js';

/** Reported during a run. */
export type RunEvent =
  | {
      readonly type: 'begin';
      readonly workload: Workload;
      readonly done: number;
      readonly allocation: Allocation;
    }
  /** The job leaves the engine open, and it is being chosen; `engine` follows. */
  | { readonly type: 'choosing' }
  /** `faster`: what this machine has that is faster than the engine of the images that exist. */
  | ({ readonly type: 'engine'; readonly faster?: EngineChoice } & EngineChoice)
  /** The job leaves the batch open, and what fills the GPU is being measured. */
  | { readonly type: 'filling' }
  /** The step time is not cached and is being measured; `estimate` or `inestimable` follows. */
  | { readonly type: 'estimating' }
  | { readonly type: 'inestimable' }
  /** What a measured step on a GPU leaves to the processor. */
  | { readonly type: 'placement'; readonly onProcessor: OnProcessor }
  | {
      readonly type: 'estimate';
      readonly seconds: number;
      readonly bytes: number;
      readonly memoryBytes: number;
      readonly freeMemoryBytes: number;
      /** If the job has a window: how many of them it needs, and when it will be done. */
      readonly windows?: WindowsNeeded;
    }
  | {
      readonly type: 'progress';
      readonly progress: Progress;
      readonly workers: readonly WorkerLoad[];
    }
  /** A worker is replaced. */
  | ({ readonly type: 'worker' } & WorkerChange)
  | { readonly type: 'failed'; readonly record: FailedRecord }
  /** Images from earlier jobs are missing, and this job does not include them. Paths are below the output root. */
  | { readonly type: 'lost'; readonly files: readonly string[] }
  /** Lines of journals are damaged, as `<journal>:<line>`; their images are made again. */
  | { readonly type: 'damaged'; readonly lines: readonly string[] }
  /**
   * In a repair: manifest and copy are lost or altered. Images without a record that counts move aside now, and are made
   * anew. `kept`: the number of records that count.
   */
  | { readonly type: 'records-lost'; readonly kept: number }
  /** The disk may run full. */
  | ({ readonly type: 'space' } & Space)
  /** The folder has the lock of a run that does not seem to be alive; it is watched for a while. */
  | { readonly type: 'waiting' }
  /** The run finishes the images in progress and starts no more. */
  | { readonly type: 'draining'; readonly cause: StopCause; readonly atMs?: number }
  /** Time is up: the images in progress are given up, and a later run will make them. */
  | { readonly type: 'dropping'; readonly cause: DeadlineCause }
  | { readonly type: 'finishing' }
  /** The disk is too full for the contact sheet or the report. The dataset is whole without them. */
  | ({ readonly type: 'overviews-missing' } & MissingOverviews)
  | { readonly type: 'exporting'; readonly format: ExporterName };

/** What stopped a run before its last image. */
export type StopCause = 'signal' | 'max-images' | DeadlineCause;

/** Options of a run. */
export interface RunOptions {
  /** Adds to a folder that a different job created, keeping its images. */
  readonly extend?: boolean;
  /** Retries items that are recorded as failed. */
  readonly retryFailed?: boolean;
  /** Makes only the items with these ids. */
  readonly only?: ReadonlySet<string>;
  /** When aborted, the run finishes the items in progress and starts no more. */
  readonly drain?: AbortSignal;
  /** When aborted, the run kills the workers. */
  readonly abandon?: AbortSignal;
  /** Makes only the items of one shard, and leaves the manifest to `mergeShards`. */
  readonly shard?: Shard;
  /** When the run ends, if not with the last image. The window of the job is a limit, too. */
  readonly limits?: RunLimits;
  /** The time, in milliseconds since 1970; default: that of the system. */
  readonly now?: () => number;
  /** The script of the worker processes, if a bundler has moved it. */
  readonly workerModule?: URL;
  /** Starts the worker processes. Tests replace it. */
  readonly startWorker?: StartWorker;
  /** Counts processes that ended for lack of memory. Tests replace it. */
  readonly kills?: KillCounter;
  /** Writes the output of this process. Tests make it fail. */
  readonly fileSystem?: FileSystem;
  readonly onEvent?: (event: RunEvent) => void;
}

/** The result of a run. */
export interface RunResult extends Overviews {
  /** `nothing`: all items exist; `stopped`: items or exports are left for the next run. */
  readonly status: 'complete' | 'stopped' | 'nothing';
  /** Why items are left, if the run was stopped. */
  readonly stoppedBy?: StopCause | undefined;
  readonly counts: Counts;
  /** Whether more items failed than `run.maxFailures` tolerates. */
  readonly tooManyFailures: boolean;
  readonly root: string;
  readonly exports: JobExports;
  readonly elapsedMs: number;
  /** Time spent in optimization steps, summed over the workers. */
  readonly stepMs: number;
  readonly workers: number;
}
