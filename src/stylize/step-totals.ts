/** Counts optimization steps and their time. @module */

/** The number of optimization steps and their time. */
export interface StepTotals {
  /** A step of a batch counts once per item. */
  readonly steps: number;
  /** Steps times pixels. Time is proportional to this. */
  readonly pixelSteps: number;
  readonly ms: number;
}

/** The difference between two readings of the totals. */
export function stepsSince(before: StepTotals, now: StepTotals): StepTotals {
  return {
    steps: now.steps - before.steps,
    pixelSteps: now.pixelSteps - before.pixelSteps,
    ms: now.ms - before.ms,
  };
}

export const noSteps: StepTotals = { steps: 0, pixelSteps: 0, ms: 0 };

export function addSteps(a: StepTotals, b: StepTotals): StepTotals {
  return { steps: a.steps + b.steps, pixelSteps: a.pixelSteps + b.pixelSteps, ms: a.ms + b.ms };
}
