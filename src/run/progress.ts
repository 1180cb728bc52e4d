/** How far a run is: counts, rate and the time that is left. @module */
import { addSteps, noSteps, type StepTotals } from '../stylize/step-totals.js';
import type { Workload } from './estimate/workload.js';

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

/** Counts what workers report. Steps measure the work better than items do: they come in evenly. */
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

  /** The steps of all workers together. */
  get made(): StepTotals {
    return this.#made;
  }

  addSteps(made: StepTotals): void {
    this.#made = addSteps(this.#made, made);
  }

  /** @param plannedSteps of the item; one that failed takes those that are left of them no more */
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

  /** Steps will cost what they have cost so far; start-up and finished originals tell nothing. */
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
