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

/** `2 h 05 min`, `3 min 20 s`, `8 s`: a duration for people. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds === 0) return 'less than a second';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
    : `${Math.round(hours / 24)} days`;
}

/** `about 8 s`, or `less than a second`: a duration that is not known for sure. */
export function formatEstimate(ms: number): string {
  return ms < 500 ? formatDuration(0) : `about ${formatDuration(ms)}`;
}

/** `1.2 MB`: a size for people, in powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const rounded = Number(bytes.toPrecision(3));
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, rounded)) / 3));
  return `${formatNumber(power === 0 ? Math.round(bytes) : bytes / 1000 ** power)} ${units[power]}`;
}

/** Three digits that matter, never an exponent that people would have to read: `0.5`, `24.3`, `1230`. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
