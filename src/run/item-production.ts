/** The part of a run in which workers make items. @module */
import { type Journal, openJournal } from '../dataset/ledger/journals/journal.js';
import { journalPath } from '../dataset/ledger/journals/journal-files.js';
import type { ItemRecord } from '../dataset/ledger/record.js';
import { factsOf } from '../dataset/ledger/record-kinds.js';
import type { OutputLock } from '../dataset/lock.js';
import { type OutputPlace, outputPaths } from '../dataset/output-paths.js';
import { asWildstyleError } from '../errors.js';
import type { PlanItem } from '../plan/item.js';
import { wishOf } from './engines/devices.js';
import {
  calibrationKey,
  measureStep,
  msPerPixel,
  rememberedStep,
  rememberStep,
  type StepCost,
} from './estimate/calibration.js';
import { type Allocation, allocate, imagesTogether, thisMachine, workerBytes } from './estimate/machine.js';
import {
  costOf,
  estimateWindows,
  estimateWorkload,
  type IsPending,
  type Workload,
} from './estimate/workload.js';
import type { WorkersTime } from './finish/last-run.js';
import { noOverviews } from './finish/overviews.js';
import { type Deadline, type Phase, phaseAt } from './limits/deadline.js';
import { removeUnrecorded } from './limits/remove-unrecorded.js';
import { dropped, WorkerPool } from './pool/pool.js';
import { isSuspect, Suspects } from './pool/suspects.js';
import { workerSettings } from './pool/worker-settings.js';
import type { Prepared } from './preparing/prepare.js';
import type { RunOptions, StopCause } from './progress/events.js';
import { ProgressCounter } from './progress/progress.js';

const progressIntervalMs = 250;
/** A worker with this many times the memory that it should need leaks, or fragments its memory. */
const recycleFactor = 2;
/** With this many steps per image in a batch, a run is a better measurement than the calibration before it. */
const minimumMeasuredSteps = 20;

/** What workers need to write to the output folder. */
export interface RunOutput {
  readonly place: OutputPlace;
  readonly lock: Pick<OutputLock, 'file' | 'fileSystem'>;
  /** For the names of journals. */
  readonly generation: number;
}

/** Makes the pending items of a plan. Can be run once. */
export class ItemProduction {
  readonly allocation: Allocation;
  readonly #freeBytes: number;
  readonly #counter: ProgressCounter;
  readonly #pool: WorkerPool;
  readonly #now: () => number;
  readonly #startMs: number;
  /** From the estimate, until the run has measured itself. */
  #msPerPixel = 0;
  #phase: Phase = 'start';
  /** When the last image was made. */
  #madeMs = Number.NEGATIVE_INFINITY;
  readonly #dropped: PlanItem[] = [];
  readonly #suspects = new Suspects();
  #journal: Promise<Journal> | undefined;
  #stoppedBy: StopCause | undefined;

  constructor(
    private readonly prepared: Prepared,
    private readonly workload: Workload,
    private readonly options: RunOptions,
    private readonly output: RunOutput,
    private readonly deadline: Deadline | undefined,
  ) {
    this.#now = options.now ?? Date.now;
    this.#startMs = this.#now();
    const { job } = prepared;
    const { stylized, items, largestSizePx, smallestPixels } = workload;
    const machine = thisMachine();
    this.#freeBytes = machine.freeBytes;
    this.allocation = allocate(machine, wishOf(job.run), stylized || items, largestSizePx, smallestPixels);
    const { workers, batch } = this.allocation;
    this.#counter = new ProgressCounter(workload, workers, performance.now());
    this.#pool = new WorkerPool({
      workers,
      // One more than the batch: its images are decoded while the others are optimized.
      itemsPerWorker: batch + 1,
      settings: (worker) =>
        workerSettings(
          prepared,
          this.allocation,
          {
            lockFile: output.lock.file,
            temporaryFolder: outputPaths(output.place).temporaryFolder,
            journal: this.#journalPath(worker),
          },
          worker,
        ),
      batch,
      onWorker: (change) => this.options.onEvent?.({ type: 'worker', ...change }),
      recycleAtBytes: recycleFactor * workerBytes(job.run.batch, largestSizePx),
      onProgress: (made) => this.#counter.addSteps(made),
      onPlacement: (onProcessor) => this.options.onEvent?.({ type: 'placement', onProcessor }),
      ...(options.workerModule && { workerModule: options.workerModule }),
      ...(options.kills && { kills: options.kills }),
      ...(options.startWorker && { startWorker: options.startWorker }),
    });
  }

  /** Why the run started no more items; undefined if it started all that it was asked for. */
  get stoppedBy(): StopCause | undefined {
    return this.#stoppedBy;
  }

  /** Fails the run with the signal's reason when the signal is aborted. */
  abortOn(signal: AbortSignal): void {
    signal.addEventListener('abort', () => this.#pool.fail(asWildstyleError(signal.reason)));
  }

  /**
   * Makes the pending items.
   * @param done number of items already in the folder
   */
  async run(done: number, isPending: IsPending): Promise<void> {
    const { onEvent, drain, abandon } = this.options;
    if (this.workload.items === 0) return;
    onEvent?.({ type: 'begin', workload: this.workload, done, allocation: this.allocation });
    const onDrain = () => this.#drain('signal');
    const onAbandon = () => this.#pool.kill();
    drain?.addEventListener('abort', onDrain);
    abandon?.addEventListener('abort', onAbandon);
    const timer = setInterval(() => {
      this.#keepDeadline();
      this.#report();
    }, progressIntervalMs);
    try {
      // The signals may have been aborted before the listeners were added.
      if (drain?.aborted) onDrain();
      if (abandon?.aborted) onAbandon();
      const { recipe } = this.workload;
      const { run } = this.prepared.job;
      const known = recipe && (await rememberedStep(recipe, this.allocation, run));
      if (known) this.#estimate(known);
      else if (recipe) onEvent?.({ type: 'estimating' });
      await this.#pool.start();
      if (!known) await this.#measure();
      await this.#makeAll(isPending);
      this.#madeMs = performance.now();
      this.#report();
      await this.#remember();
    } finally {
      clearInterval(timer);
      drain?.removeEventListener('abort', onDrain);
      abandon?.removeEventListener('abort', onAbandon);
      await this.#pool.stop();
      await (await this.#journal)?.close();
      if (this.#phase === 'drop')
        await removeUnrecorded(this.output.place, this.#dropped, this.output.lock.fileSystem);
    }
  }

  /** The time spent in optimization steps, summed over the workers, in milliseconds. */
  get stepMs(): number {
    return this.#counter.made.ms;
  }

  /** How busy the workers are, or were. */
  get workersTime(): WorkersTime {
    const { workers } = this.allocation;
    const { computedMs } = this.#counter;
    const workerMs = this.workload.items === 0 ? 0 : (this.#madeMs - this.#counter.startedMs) * workers;
    return { workers, workerMs: Math.max(workerMs, computedMs), computedMs };
  }

  async #makeAll(isPending: IsPending): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    let left = this.workload.items;
    for (const item of this.prepared.plan.interleaved()) {
      if (this.#stoppedBy || left === 0) break;
      if (!isPending(item)) continue;
      left--;
      const request = this.#pool
        .make(item)
        .then((record) => this.#count(record, item))
        .finally(() => inFlight.delete(request));
      // The first failure is thrown below; the others must not become unhandled rejections.
      request.catch(() => {});
      inFlight.add(request);
      if (this.#pool.full) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    if (!this.#stoppedBy) await this.#recordAll(this.#suspects.release());
  }

  async #count(record: ItemRecord | typeof dropped, item: PlanItem): Promise<void> {
    if (record === dropped) {
      this.#dropped.push(item);
      return;
    }
    const failed = record.status === 'failed';
    if (isSuspect(record)) this.#suspects.add(record);
    else if (!failed) await this.#recordAll(this.#suspects.release());
    const isStylized = !failed && record.kind === 'stylized';
    this.#counter.addItem({
      ...{ isFailed: failed, isStylized, plannedSteps: costOf(item).steps },
      ...(isStylized && { madeSteps: factsOf(record).evaluations, elapsedMs: record.elapsedMs }),
    });
    if (failed) this.options.onEvent?.({ type: 'failed', record });
  }

  async #recordAll(records: readonly ItemRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.#journal ??= openJournal(this.#journalPath('orchestrator'), this.output.lock.fileSystem);
    for (const record of records) await (await this.#journal).append(record);
  }

  #journalPath(writer: number | string): string {
    const { journalsFolder } = outputPaths(this.output.place);
    return journalPath(journalsFolder, this.output.generation, writer);
  }

  /** Measures before the first image is started, so that the user sees an estimate early. */
  async #measure(): Promise<void> {
    const { recipe } = this.workload;
    if (!recipe || this.#stoppedBy) return;
    const cost = await measureStep(this.#pool, recipe, this.allocation, this.prepared.job.run);
    if (cost) this.#estimate(cost);
    else this.options.onEvent?.({ type: 'inestimable' });
  }

  #drain(cause: StopCause): void {
    this.#stoppedBy ??= cause;
    const atMs = cause === 'signal' ? undefined : this.deadline?.atMs;
    this.options.onEvent?.({ type: 'draining', cause, ...(atMs !== undefined && { atMs }) });
    this.#pool.drain();
  }

  /** Starts no image that would not be finished in time, and leaves the machine when the time is over. */
  #keepDeadline(): void {
    if (!this.deadline || this.#phase === 'drop') return;
    const phase = phaseAt(this.deadline, this.#startMs, this.#now(), this.#itemMs);
    if (phase === this.#phase) return;
    const { cause } = this.deadline;
    if (this.#phase === 'start' && !this.#stoppedBy) this.#drain(cause);
    this.#phase = phase;
    if (phase !== 'drop') return;
    this.options.onEvent?.({ type: 'dropping', cause });
    this.#pool.drop();
  }

  /** How long the largest image takes. */
  get #itemMs(): number {
    const { made } = this.#counter;
    const { largestPixelSteps, largestSizePx } = this.workload;
    const isMeasured = made.steps >= minimumMeasuredSteps;
    const together = imagesTogether(this.prepared.job.run.batch, largestSizePx ** 2);
    return (isMeasured ? msPerPixel(made) : this.#msPerPixel) * largestPixelSteps * together;
  }

  #estimate({ msPerPixel }: StepCost): void {
    this.#msPerPixel = msPerPixel;
    const { workers } = this.allocation;
    const { output, run } = this.prepared.job;
    const estimate = estimateWorkload(this.workload, {
      ...{ msPerPixel, workers, format: output.format },
      overviews: this.options.shard ? noOverviews : run,
    });
    this.options.onEvent?.({
      type: 'estimate',
      ...estimate,
      ...estimateWindows(run, estimate.seconds, this.#now()),
      memoryBytes: workers * workerBytes(run.batch, this.workload.largestSizePx),
      freeMemoryBytes: this.#freeBytes,
    });
  }

  /** Caches the step time of this run, if it was long enough, to estimate the next run. */
  async #remember(): Promise<void> {
    const { recipe } = this.workload;
    const { made } = this.#counter;
    const { workers, batch } = this.allocation;
    if (!recipe || made.steps < minimumMeasuredSteps * workers * batch) return;
    const key = calibrationKey(recipe, this.allocation, this.prepared.job.run);
    await rememberStep(key, { msPerPixel: msPerPixel(made), measuredAtMs: Date.now() });
  }

  #report(): void {
    const progress = this.#counter.at(performance.now());
    this.options.onEvent?.({ type: 'progress', progress, workers: this.#pool.workers });
  }
}
