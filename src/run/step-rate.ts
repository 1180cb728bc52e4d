/** What a step costs, learnt from the first steps of a run. @module */
import { noSteps, type StepTotals, stepsSince } from '../stylize/step-totals.js';

/** Steps of each place in a batch: the first ones take longer, since memory is not there yet. */
const warmUpSteps = 2;
const measuredSteps = 4;

/** Watches the totals of a run until enough is known. */
export class StepRate {
  #warm: StepTotals | undefined;

  /** @param places items that are optimised at the same time, over all workers */
  constructor(private readonly places: number) {}

  /**
   * Milliseconds that a step takes for each pixel of its image, on one worker while all are busy.
   * @param made all steps so far
   * @returns undefined while too few have been made
   */
  after(made: StepTotals): number | undefined {
    if (!this.#warm && made.steps >= warmUpSteps * this.places) this.#warm = made;
    const measured = stepsSince(this.#warm ?? noSteps, made);
    if (!this.#warm || measured.steps < measuredSteps * this.places) return undefined;
    return msPerPixel(measured);
  }
}

/** Milliseconds that a step took for each pixel of its image. */
export function msPerPixel({ ms, pixelSteps }: StepTotals): number {
  return ms / pixelSteps;
}
