/** The progress of a run: counts, rate and remaining time. @module */
import { addSteps, noSteps, type StepTotals } from '../../stylize/step-totals.js';
import type { Workload } from '../estimate/workload.js';

export interface Progress {
  /** Items finished in this run, including failed ones. */
  readonly doneItems: number;
  readonly failedItems: number;
  /** Items that this run makes in total. */
  readonly totalItems: number;
  /** Of the finished items, the stylized images that were made. */
  readonly doneStylized: number;
  /** Of the items that this run makes, those that are stylized. */
  readonly totalStylized: number;
  readonly doneSteps: number;
  /** Steps of this run: those planned, less those that failed or early-ended items did not need. At the end, those done. */
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** Remaining time at the current rate; undefined until the rate is known. */
  readonly remainingMs: number | undefined;
  /** Finished items per minute. */
  readonly itemsPerMinute: number;
  /** Stylized images made per minute. */
  readonly stylizedPerMinute: number;
  /** The share of the time so far in which the workers computed, from 0 to 1. */
  readonly workersBusy: number;
}

/** A finished item. */
export interface FinishedItem {
  readonly isFailed: boolean;
  /** Whether it is a stylized image that was made. */
  readonly isStylized?: boolean;
  readonly plannedSteps?: number;
  /** The steps that it took; default: those planned. A failed item takes none. */
  readonly madeSteps?: number | undefined;
  /** Time in the method, in milliseconds. */
  readonly elapsedMs?: number;
}

/** Counts the steps and items that workers report. Steps are the better measure, because they arrive evenly. */
export class ProgressCounter {
  #doneItems = 0;
  #failedItems = 0;
  #stylizedItems = 0;
  /** Steps that were planned and not needed; negative if restarts needed more. */
  #sparedSteps = 0;
  #methodMs = 0;
  #made = noSteps;

  constructor(
    private readonly total: Pick<Workload, 'items' | 'stylized' | 'steps'>,
    private readonly workers: number,
    readonly startedMs: number,
  ) {}

  /** The steps of all workers, summed. */
  get made(): StepTotals {
    return this.#made;
  }

  addSteps(made: StepTotals): void {
    this.#made = addSteps(this.#made, made);
  }

  /** The time that the workers computed, summed, in milliseconds. Methods without steps report time only. */
  get computedMs(): number {
    return Math.max(this.#made.ms, this.#methodMs);
  }

  addItem({ isFailed, isStylized = false, plannedSteps = 0, madeSteps, elapsedMs = 0 }: FinishedItem): void {
    this.#doneItems++;
    if (isFailed) this.#failedItems++;
    else if (isStylized) this.#stylizedItems++;
    this.#sparedSteps += plannedSteps - (isFailed ? 0 : (madeSteps ?? plannedSteps));
    this.#methodMs += elapsedMs;
  }

  at(nowMs: number): Progress {
    const elapsedMs = nowMs - this.startedMs;
    const perMinute = (count: number) => (elapsedMs > 0 ? (count / elapsedMs) * 60_000 : 0);
    return {
      doneItems: this.#doneItems,
      failedItems: this.#failedItems,
      totalItems: this.total.items,
      doneStylized: this.#stylizedItems,
      totalStylized: this.total.stylized,
      doneSteps: this.#made.steps,
      totalSteps: this.#totalSteps,
      elapsedMs,
      remainingMs: this.#remainingMs(elapsedMs),
      itemsPerMinute: perMinute(this.#doneItems),
      stylizedPerMinute: perMinute(this.#stylizedItems),
      workersBusy: elapsedMs > 0 ? Math.min(1, this.computedMs / (elapsedMs * this.workers)) : 0,
    };
  }

  get #totalSteps(): number {
    const { items, steps } = this.total;
    const isDone = this.#doneItems >= items;
    return isDone ? this.#made.steps : Math.max(this.#made.steps, steps - this.#sparedSteps);
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
