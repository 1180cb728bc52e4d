/** An item to optimize, and its result. @module */
import type { HostTensor, Named } from '../../engine/engine.js';
import type { LossPoint } from '../curve.js';
import type { Regions } from '../regions/regions.js';
import type { Parameters } from '../spec.js';

/** Lets a caller follow an optimization or end it early. */
export interface Watch {
  /** Called after every step with the number of updates so far. */
  readonly onStep?: (steps: number) => void;
  /** Called with each point of the loss curve. */
  readonly onPoint?: (point: LossPoint) => void;
  /** Ends the optimization when aborted; the result is the current image. */
  readonly finish?: AbortSignal;
}

/** An item to optimize, as arrays. */
export interface BatchItem {
  /** The initial image: `[1, height, width, 3]`, RGB in [0, 1]. */
  readonly initial: HostTensor;
  /** Targets and scales of the sources, as returned by the target functions: `[1, ...]` each. */
  readonly targets: Named<HostTensor>;
  readonly parameters: Parameters;
  readonly steps: number;
  /** State of the optimizer to start with, `[1, ...]` each. Default: none. */
  readonly state?: Named<HostTensor> | undefined;
  /** Seed of the numbers that terms draw at each step. */
  readonly seed: number;
  /** The regions of the image, for guided terms. */
  readonly regions?: Regions | undefined;
  readonly watch?: Watch | undefined;
}

/** The result of an item. */
export interface Optimized {
  /** `[1, height, width, 3]`, RGB in [0, 1]. The last point of the curve is its loss. */
  readonly image: HostTensor;
  readonly curve: readonly LossPoint[];
  /** What the optimizer carries over to the next size, `[1, ...]` each. */
  readonly state: Named<HostTensor>;
  /** Number of updates from the initial image to this one. */
  readonly steps: number;
  /** Evaluations of the objective: `steps + 1`, plus those of rejected trials and those before a restart. */
  readonly evaluations: number;
  readonly restarts: number;
  /** Whether it ended before its last step because the loss no longer fell. */
  readonly isPlateau: boolean;
  /** The learning rate of the attempt that succeeded. Lower than the item's after a restart. */
  readonly learningRate: number;
}
