/** What the orchestrator and its worker processes say to each other. @module */

import type { auto } from '../../auto.js';
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import type { EngineName } from '../../engine/index.js';
import type { ImageFormat } from '../../images/format.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import type { Role } from '../../stylize/role.js';
import type { StepTotals } from '../../stylize/step-totals.js';

/** Everything a worker has to know before its first item. */
export interface WorkerSettings {
  readonly engine: EngineName;
  readonly device: string;
  readonly threads: number;
  /** See `imagesTogether`. */
  readonly batch: number | typeof auto;
  /** Bound on the bytes that compiled graphs hold, about. */
  readonly graphBytes: number;
  /** Weights files by network name, for the networks that need one. */
  readonly weightsFiles: Readonly<Record<string, string>>;
  /** The folders of the sources. */
  readonly roots: Readonly<Record<Role, string>>;
  readonly outputRoot: string;
  readonly format: ImageFormat;
  readonly quality: number;
  readonly maximumPixels: number;
  /** The journal that this worker alone writes. */
  readonly journal: string;
}

export type ToWorker =
  | { readonly type: 'start'; readonly settings: WorkerSettings }
  | { readonly type: 'item'; readonly item: PlanItem; readonly earlier: readonly Attempt[] }
  /** Measures steps of this recipe. */
  | { readonly type: 'calibrate'; readonly recipe: ResolvedRecipe }
  /** Finishes what is being optimized and begins nothing more. */
  | { readonly type: 'drain' }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly record: ItemRecord }
  /** The item was not begun because the worker drains. */
  | { readonly type: 'dropped'; readonly id: string }
  /** The whole run cannot go on: the disk is full, the engine cannot be had. */
  | { readonly type: 'fatal'; readonly code: string; readonly message: string; readonly cure?: string }
  | { readonly type: 'calibrated'; readonly measured: StepTotals }
  | { readonly type: 'progress'; readonly made: StepTotals };
