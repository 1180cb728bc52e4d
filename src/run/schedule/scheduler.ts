/** Runs jobs one after the other, in their windows. @module */

import { afterRun, decide, type JobState, type RunEnd, type ScheduledJob } from './queue.js';
import type { BrokenJob } from './scan.js';

/** A run in progress. */
export interface GoingRun {
  /** Tells it to finish the images in progress; the second time, to stop at once. */
  readonly stop: () => void;
  readonly ended: Promise<Omit<RunEnd, 'wasStopped'>>;
}

/** What a scheduler does and tells. */
export interface SchedulerOptions {
  /** Reads the job files. */
  readonly scan: () => Promise<{
    readonly jobs: readonly ScheduledJob[];
    readonly broken: readonly BrokenJob[];
  }>;
  readonly start: (job: ScheduledJob) => GoingRun;
  readonly now: () => number;
  readonly onEvent?: (event: ScheduleEvent) => void;
}

export type ScheduleEvent =
  | { readonly type: 'added' | 'changed' | 'removed'; readonly job: ScheduledJob }
  | { readonly type: 'broken'; readonly broken: BrokenJob }
  | { readonly type: 'started' | 'stopping'; readonly job: ScheduledJob }
  | { readonly type: 'ended'; readonly job: ScheduledJob; readonly end: RunEnd; readonly state: JobState };

/** Keeps the jobs of a folder going. Call {@link tick} regularly, and at the time that it returns. */
export class Scheduler {
  readonly #states = new Map<string, JobState>();
  readonly #broken = new Map<string, string>();
  #running: { readonly job: ScheduledJob; readonly run: GoingRun; wasStopped: boolean } | undefined;
  #isClosed = false;
  #ticking: Promise<number> = Promise.resolve(0);

  constructor(private readonly options: SchedulerOptions) {}

  /** The states of all jobs. */
  get states(): readonly JobState[] {
    return [...this.#states.values()];
  }

  /** The job that runs. */
  get running(): ScheduledJob | undefined {
    return this.#running?.job;
  }

  /** Whether nothing runs and nothing is left to run. */
  get isDone(): boolean {
    return !this.#running && this.states.every(({ status }) => status !== 'waiting');
  }

  /** Looks at the job files and the clock, and does what is to do. @returns when to call it again */
  tick(): Promise<number> {
    this.#ticking = this.#ticking.then(() => this.#tick());
    return this.#ticking;
  }

  /** Tells what runs to stop at once, after {@link close} has asked it to stop. */
  hurry(): void {
    this.#running?.run.stop();
  }

  /** Starts nothing more, stops what runs, and waits for its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#ticking;
    this.#stop();
    await this.#running?.run.ended;
    await this.#ticking;
  }

  async #tick(): Promise<number> {
    if (this.#isClosed) return Number.POSITIVE_INFINITY;
    await this.#look();
    const decision = decide(this.states, this.#running?.job.file, this.options.now());
    if (decision.stop) this.#stop();
    if (decision.start) this.#start(decision.start);
    return decision.againAtMs;
  }

  async #look(): Promise<void> {
    const { jobs, broken } = await this.options.scan();
    const tell = this.options.onEvent ?? (() => {});
    for (const one of broken) {
      if (this.#broken.get(one.file) !== one.digest) tell({ type: 'broken', broken: one });
      this.#broken.set(one.file, one.digest);
    }
    const files = new Set(jobs.map(({ file }) => file));
    for (const [file, { job }] of this.#states) {
      if (files.has(file)) continue;
      this.#states.delete(file);
      tell({ type: 'removed', job });
    }
    for (const job of jobs) {
      const known = this.#states.get(job.file);
      if (known?.job.digest === job.digest) continue;
      this.#states.set(job.file, { job, status: 'waiting', notBeforeMs: 0, setbacks: 0 });
      tell({ type: known ? 'changed' : 'added', job });
    }
  }

  #start(job: ScheduledJob): void {
    const running = { job, run: this.options.start(job), wasStopped: false };
    this.#running = running;
    this.options.onEvent?.({ type: 'started', job });
    running.run.ended.then((end) => this.#ended(job, { ...end, wasStopped: running.wasStopped }));
  }

  #stop(): void {
    if (!this.#running || this.#running.wasStopped) return;
    this.#running.wasStopped = true;
    this.options.onEvent?.({ type: 'stopping', job: this.#running.job });
    this.#running.run.stop();
  }

  #ended(job: ScheduledJob, end: RunEnd): void {
    this.#running = undefined;
    const state = this.#states.get(job.file);
    // A file that has changed meanwhile is a job of its own.
    const isSame = state?.job.digest === job.digest;
    const fresh: JobState = { job, status: 'waiting', notBeforeMs: 0, setbacks: 0 };
    const next = afterRun(isSame ? state : fresh, end, this.options.now());
    if (isSame) this.#states.set(job.file, next);
    this.options.onEvent?.({ type: 'ended', job, end, state: next });
    void this.tick();
  }
}
