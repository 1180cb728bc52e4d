/** Writes the status of a run while it is in progress, from its events. @module */
import { hostname } from 'node:os';
import type { Counts } from '../../dataset/ledger/tally.js';
import type { OutputPlace } from '../../dataset/output-paths.js';
import { type RunStatus, writeStatus } from '../../dataset/status/status-file.js';
import type { WildstyleError } from '../../errors.js';
import type { FileSystem } from '../../files/file-system.js';
import { stylesIn } from '../../plan/item.js';
import type { Deadline } from '../limits/deadline.js';
import type { WorkerLoad } from '../pool/pool.js';
import type { RunEvent, RunResult } from './events.js';

/** What is known when a run begins. */
export interface RunBeginning {
  readonly place: OutputPlace;
  readonly startedAt: Date;
  /** Items of the plan, or of the shard. */
  readonly items: number;
  /** Items that are complete already. */
  readonly complete: number;
  /** Items that failed before and are not retried, by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly deadline: Deadline | undefined;
  /** Writes only while the run holds the lock. */
  readonly fileSystem: FileSystem;
}

const writeEveryMs = 1000;
const keptErrors = 10;
/** A file that is written every second must stay small. */
const shownInWork = 24;

/** Turns events into statuses and writes them, at most one at a time and one a second. */
export class StatusReporter {
  #status: RunStatus;
  /** On a clock that nobody sets. */
  #writtenMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly beginning: RunBeginning) {
    const { startedAt, items, complete, errors, deadline } = beginning;
    const failed = Object.values(errors).reduce((sum, number) => sum + number, 0);
    this.#status = {
      state: 'running',
      pid: process.pid,
      host: hostname(),
      startedAt: startedAt.toISOString(),
      updatedAt: startedAt.toISOString(),
      items,
      complete,
      failed,
      pending: Math.max(0, items - complete - failed),
      errors,
      itemsPerMinute: 0,
      remainingMs: null,
      workers: [],
      lastErrors: [],
      ...(deadline && { deadline: { at: new Date(deadline.atMs).toISOString(), cause: deadline.cause } }),
    };
    this.#write();
  }

  /** Takes note of an event. */
  see(event: RunEvent): void {
    const before = this.#status;
    if (event.type === 'progress') {
      const { doneItems, failedItems, remainingMs } = event.progress;
      const { itemsPerMinute, stylizedPerMinute, workersBusy, doneSteps, totalSteps } = event.progress;
      const complete = this.beginning.complete + doneItems - failedItems;
      this.#status = {
        ...before,
        complete,
        pending: Math.max(0, before.items - complete - before.failed),
        ...{ itemsPerMinute, stylizedPerMinute, workersBusy, doneSteps, totalSteps },
        remainingMs: remainingMs ?? null,
        workers: event.workers.map(({ pid, items, inWork }) => ({
          ...{ pid: pid ?? null, items, inWork: inWork.length },
        })),
        inWork: inWorkOf(event.workers),
      };
    } else if (event.type === 'failed') {
      const { sources, error } = event.record;
      const { code, message } = error;
      const last = { image: sources.content?.path ?? '', code, message };
      this.#status = {
        ...before,
        failed: before.failed + 1,
        errors: { ...before.errors, [code]: (before.errors[code] ?? 0) + 1 },
        lastErrors: [last, ...before.lastErrors].slice(0, keptErrors),
      };
    } else if (event.type === 'draining' || event.type === 'finishing') {
      this.#status = { ...before, state: event.type };
      this.#writtenMs = Number.NEGATIVE_INFINITY;
    }
    if (performance.now() - this.#writtenMs >= writeEveryMs) this.#write();
  }

  /** Writes the last status of a run that came to its end. */
  async end({ status, stoppedBy }: Pick<RunResult, 'status' | 'stoppedBy'>, counts: Counts): Promise<void> {
    const { items, complete, failed, pending, errors } = counts;
    this.#status = {
      ...this.#status,
      ...{ items, complete, failed, pending, errors },
      state: status === 'stopped' ? 'stopped' : 'complete',
      remainingMs: pending === 0 ? 0 : null,
      workers: [],
      inWork: [],
      ...(stoppedBy && { stoppedBy }),
    };
    await this.#last();
  }

  /** Writes the last status of a run that ended with an error. */
  async fail({ code, message }: WildstyleError): Promise<void> {
    this.#status = { ...this.#status, state: 'failed', workers: [], inWork: [], error: { code, message } };
    await this.#last();
  }

  async #last(): Promise<void> {
    await this.#writing;
    this.#write();
    await this.#writing;
  }

  #write(): void {
    this.#writtenMs = performance.now();
    const { place, fileSystem } = this.beginning;
    const status = { ...this.#status, updatedAt: new Date().toISOString() };
    this.#writing = this.#writing.then(() => writeStatus(place, status, fileSystem));
  }
}

/** The images that are being optimized, some of each worker. */
function inWorkOf(workers: readonly WorkerLoad[]): RunStatus['inWork'] {
  const ofEach = Math.max(1, Math.floor(shownInWork / Math.max(1, workers.length)));
  return workers
    .flatMap(({ inWork }) => inWork.slice(0, ofEach))
    .slice(0, shownInWork)
    .map(({ id, sources, step, losses }) => ({
      id,
      image: sources.content?.path ?? '',
      style: 'style' in sources ? (stylesIn(sources)[0]?.path ?? '') : '',
      step,
      losses: losses.map((loss) => Number(loss.toPrecision(4))),
    }));
}
