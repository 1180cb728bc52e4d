/** How far a run is: counts, rate and the time that is left. @module */
import { addSteps, noSteps, type StepTotals } from '../stylize/step-totals.js';

export interface Progress {
  /** Items finished in this run, failed ones included. */
  readonly doneItems: number;
  readonly failedItems: number;
  /** Items that this run has to make. */
  readonly totalItems: number;
  readonly doneSteps: number;
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** Time left at the present rate; undefined until there is one. */
  readonly remainingMs: number | undefined;
  /** Finished items per minute so far. */
  readonly itemsPerMinute: number;
}

/** Before this share is done, start-up weighs more than work, and a guess at the rest would be wild. */
const leastShare = 0.02;

/** Counts what workers report. Steps measure the work better than items do: they come in evenly. */
export class ProgressCounter {
  #doneItems = 0;
  #failedItems = 0;
  #made = noSteps;

  constructor(
    private readonly totalItems: number,
    private readonly totalSteps: number,
    private readonly startedMs: number,
  ) {}

  /** The steps of all workers together. */
  get made(): StepTotals {
    return this.#made;
  }

  addSteps(made: StepTotals): void {
    this.#made = addSteps(this.#made, made);
  }

  addItem(failed: boolean): void {
    this.#doneItems++;
    if (failed) this.#failedItems++;
  }

  at(nowMs: number): Progress {
    const elapsedMs = nowMs - this.startedMs;
    const [done, total] =
      this.totalSteps > 0 ? [this.#made.steps, this.totalSteps] : [this.#doneItems, this.totalItems];
    const left = Math.max(0, total - done);
    return {
      doneItems: this.#doneItems,
      failedItems: this.#failedItems,
      totalItems: this.totalItems,
      doneSteps: this.#made.steps,
      totalSteps: this.totalSteps,
      elapsedMs,
      remainingMs: done > 0 && done >= leastShare * total ? (elapsedMs / done) * left : undefined,
      itemsPerMinute: elapsedMs > 0 ? (this.#doneItems / elapsedMs) * 60_000 : 0,
    };
  }
}
