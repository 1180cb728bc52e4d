/**
 * The learning rate and the length of a distillation, as pure functions of the number of the step. A run of so many
 * minutes measures its first steps, which are part of the warm-up, and its length follows from their time.
 * @module
 */
import { cosineRate } from '../../src/train/schedules.js';

/** Number of steps whose time says how many follow, of which the first {@link settlingSteps} do not count. */
export const measuredSteps = 40;
export const settlingSteps = 5;

/** Number of steps in which the rate rises: more than are measured, so that no rate depends on an unknown length. */
export const warmUpSteps = 50;

/** The course of a run. */
export interface Pace {
  /** The step at which its schedule begins. */
  readonly first: number;
  /** The number of steps at its end, counting those before `first`; undefined until it is known. */
  readonly total: number | undefined;
}

/** The learning rate of a step: half a cosine after a warm-up. While the length is unknown, the warm-up's. */
export function rateAt(step: number, peak: number, { first, total }: Pace): number {
  const steps = total === undefined ? Number.POSITIVE_INFINITY : total - first;
  return cosineRate({ peak, steps, warmUp: warmUpSteps, last: 1e-6 })(step - first);
}

/** Whether a run ends with this step: never before its length is known. */
export const endsWith = (step: number, { total }: Pace): boolean => total !== undefined && step + 1 >= total;

/**
 * The length of a run that began at `first` and is to go on for so many minutes after its measured steps.
 * @param msPerStep mean time of those steps
 */
export const totalAfter = (first: number, minutes: number, msPerStep: number): number =>
  first + measuredSteps + Math.floor((60_000 * minutes) / msPerStep);
