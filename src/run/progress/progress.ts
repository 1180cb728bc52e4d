/** The progress of a run: counts, rate and remaining time. @module */
import { addSteps, noSteps, type StepTotals } from '../../stylize/step-totals.js';
import type { Workload } from '../estimate/workload.js';

export interface Progress {
  /** Items finished in this run, including failed ones. */
  readonly doneItems: number;
  readonly failedItems: number;
  /** Items that this run makes in total. */
  readonly totalItems: number;
  readonly doneSteps: number;
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** Remaining time at the current rate; undefined until the rate is known. */
  readonly remainingMs: number | undefined;
  /** Finished items per minute. */
  readonly itemsPerMinute: number;
}

/** Counts the steps and items that workers report. Steps are the better measure, because they arrive evenly. */
export class ProgressCounter {
  #doneItems = 0;
  #failedItems = 0;
  #failedSteps = 0;
  #made = noSteps;

  constructor(
    private readonly total: Pick<Workload, 'items' | 'steps'>,
    private readonly workers: number,
    private readonly startedMs: number,
  ) {}

  /** The steps of all workers, summed. */
  get made(): StepTotals {
    return this.#made;
  }

  addSteps(made: StepTotals): void {
    this.#made = addSteps(this.#made, made);
  }

  /** @param plannedSteps planned steps of the item; a failed item is removed from the total */
  addItem(failed: boolean, plannedSteps = 0): void {
    this.#doneItems++;
    if (!failed) return;
    this.#failedItems++;
    this.#failedSteps += plannedSteps;
  }

  at(nowMs: number): Progress {
    const elapsedMs = nowMs - this.startedMs;
    return {
      doneItems: this.#doneItems,
      failedItems: this.#failedItems,
      totalItems: this.total.items,
      doneSteps: this.#made.steps,
      totalSteps: this.#totalSteps,
      elapsedMs,
      remainingMs: this.#remainingMs(elapsedMs),
      itemsPerMinute: elapsedMs > 0 ? (this.#doneItems / elapsedMs) * 60_000 : 0,
    };
  }

  get #totalSteps(): number {
    return this.total.steps - this.#failedSteps;
  }

  /** Assumes that the remaining steps take as long as those so far. Ignores start-up and originals. */
  #remainingMs(elapsedMs: number): number | undefined {
    const { items, steps } = this.total;
    const itemsLeft = items - this.#doneItems;
    if (steps > 0) {
      if (itemsLeft === 0) return 0;
      if (this.#made.steps === 0) return undefined;
      const left = Math.max(0, this.#totalSteps - this.#made.steps);
      return (left * this.#made.ms) / this.#made.steps / Math.max(1, Math.min(this.workers, itemsLeft));
    }
    return this.#doneItems > 0 ? (elapsedMs / this.#doneItems) * itemsLeft : undefined;
  }
}
