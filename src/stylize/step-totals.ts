/** Counts of optimization steps and of what they took. @module */

/** Optimization steps made, and what they took. */
export interface StepTotals {
  /** Counted for each item. */
  readonly steps: number;
  /** Each step counted with the pixels of its image: what its time goes with. */
  readonly pixelSteps: number;
  readonly ms: number;
}

/** What was made between two readings of the totals. */
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
