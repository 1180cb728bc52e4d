/** The messages between the orchestrator and its worker processes. @module */

import type { auto } from '../../auto.js';
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import type { EngineName, Precision } from '../../engine/index.js';
import type { ImageFormat } from '../../images/format.js';
import type { Gate } from '../../job/gate-schema.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import type { Side } from '../../stylize/role.js';
import type { StepTotals } from '../../stylize/step-totals.js';
import type { OnProcessor } from '../doctor/step-placement.js';
import type { OpenGate } from '../preparing/gate.js';
import type { ItemCurve } from './item-curves.js';

/** The settings of a worker. */
export interface WorkerSettings {
  readonly engine: EngineName;
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  /** See `imagesTogether`. */
  readonly batch: number | typeof auto;
  /** No more images together than this, after memory ran out; default: as many as `batch` says. */
  readonly maximumBatch?: number;
  /** Approximate memory limit for compiled graphs, in bytes. */
  readonly graphBytes: number;
  /** Weights files by network, for the networks that need one. */
  readonly weightsFiles: Readonly<Record<string, string>>;
  /** The source folders. */
  readonly roots: Readonly<Record<Side, string>>;
  /** The folders of masks. */
  readonly maskRoots: Readonly<Partial<Record<Side, string>>>;
  /** Names of the categories of masks, by number. */
  readonly categoryNames: readonly string[];
  /** What judges images; absent in a job without a gate. */
  readonly gate?: OpenGate & { readonly rules: Gate };
  readonly outputRoot: string;
  readonly temporaryFolder: string;
  readonly format: ImageFormat;
  readonly quality: number;
  readonly maximumPixels: number;
  /** The journal of this worker; no other process writes it. */
  readonly journal: string;
  /** The file that exists while the run holds the lock of the output folder. */
  readonly lockFile: string;
}

export type ToWorker =
  | { readonly type: 'start'; readonly settings: WorkerSettings }
  | { readonly type: 'item'; readonly item: PlanItem; readonly earlier: readonly Attempt[] }
  /** Measure a few steps of this recipe. */
  | { readonly type: 'calibrate'; readonly recipe: ResolvedRecipe }
  /** Finish the items being optimized and start no more. */
  | { readonly type: 'drain' }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  /** @param rssBytes memory of the process */
  | { readonly type: 'done'; readonly record: ItemRecord; readonly rssBytes?: number }
  /** The item was not started because the worker is draining. */
  | { readonly type: 'dropped'; readonly id: string }
  /** The run cannot continue: for example, the disk is full or the engine is unavailable. */
  | { readonly type: 'fatal'; readonly code: string; readonly message: string; readonly cure?: string }
  | { readonly type: 'calibrated'; readonly measured: StepTotals }
  /** What the measured step leaves to the processor. */
  | { readonly type: 'placement'; readonly onProcessor: OnProcessor }
  /** @param curves of the items in progress, if one of them has changed */
  | { readonly type: 'progress'; readonly made: StepTotals; readonly curves?: readonly ItemCurve[] };
