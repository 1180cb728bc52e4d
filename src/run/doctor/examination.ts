/** A process that examines one device, and the messages about it. @module */
import type { EngineName, Precision } from '../../engine/index.js';
import type { SmokeResult } from '../../engine/smoke/smoke-test.js';
import type { OnProcessor } from './step-placement.js';

/** What to examine. */
export interface Examination {
  readonly engine: EngineName;
  readonly device: string;
  readonly precision: Precision;
  readonly threads?: number;
  /** Sides of the square images whose steps are timed. */
  readonly sizesPx: readonly number[];
}

/** Steps per second at one size. */
export interface Speed {
  readonly sizePx: number;
  readonly stepsPerSecond: number;
}

/** What the process says, one message after the other, as far as it gets. */
export type Finding =
  | { readonly type: 'available'; readonly version: string }
  | { readonly type: 'unavailable'; readonly message: string; readonly cure?: string }
  | { readonly type: 'conformance'; readonly result: SmokeResult }
  /** Of a lower precision: the final loss, divided by that of float32. */
  | { readonly type: 'loss'; readonly ratio: number }
  | { readonly type: 'speed'; readonly speed: Speed }
  /** What a step leaves to the processor, if the engine can tell. */
  | { readonly type: 'placement'; readonly onProcessor: OnProcessor };
