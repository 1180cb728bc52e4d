/** The part of a run in which workers make items. @module */
import { type Journal, openJournal } from '../dataset/journal.js';
import { outputLayout } from '../dataset/layout.js';
import type { ItemRecord } from '../dataset/record.js';
import type { WildstyleError } from '../errors.js';
import { calibrationKey, rememberedStep, rememberStep } from './calibration.js';
import type { RunOptions } from './events.js';
import { type Allocation, allocate, thisMachine } from './machine.js';
import { dropped, WorkerPool } from './pool.js';
import type { Prepared } from './prepare.js';
import { ProgressCounter } from './progress.js';
import { workerSettings } from './settings.js';
import { estimateWorkload, type IsPending, type Workload } from './workload.js';

const progressIntervalMs = 250;

/** Makes the pending items of a plan, once. */
export class Making {
  readonly allocation: Allocation;
  readonly #counter: ProgressCounter;
  readonly #pool: WorkerPool;
  #journal: Promise<Journal> | undefined;
  #stopped = false;

  constructor(
    private readonly prepared: Prepared,
    private readonly workload: Workload,
    private readonly options: RunOptions,
  ) {
    const { job } = prepared;
    const { stylized, items, largestSizePx } = workload;
    this.allocation = allocate(thisMachine(), job.run, stylized || items, { size: largestSizePx });
    this.#counter = new ProgressCounter(workload.items, workload.steps, performance.now());
    this.#pool = new WorkerPool({
      workers: this.allocation.workers,
      // One more than are optimised: it is decoded while the others are.
      itemsPerWorker: this.allocation.batch + 1,
      settings: (worker) => workerSettings(prepared, this.allocation, worker),
      onProgress: ({ steps, stepMs }) => this.#counter.addSteps(steps, stepMs),
      ...(options.workerModule && { workerModule: options.workerModule }),
    });
  }

  /** Ends the run with an error. */
  abort(error: WildstyleError): void {
    this.#pool.fail(error);
  }

  /**
   * Makes the items.
   * @param done how many the folder holds already
   * @returns the time that all workers together spent in optimisation steps, in milliseconds
   */
  async run(done: number, isPending: IsPending): Promise<number> {
    const { onEvent, drain, abandon } = this.options;
    if (this.workload.items === 0) return 0;
    onEvent?.({ type: 'begin', workload: this.workload, done, allocation: this.allocation });
    const onDrain = () => {
      this.#stopped = true;
      onEvent?.({ type: 'draining' });
      this.#pool.drain();
    };
    const onAbandon = () => this.#pool.kill();
    drain?.addEventListener('abort', onDrain);
    abandon?.addEventListener('abort', onAbandon);
    const timer = setInterval(() => this.#report(), progressIntervalMs);
    try {
      // Signals may have come before anybody listened.
      if (drain?.aborted) onDrain();
      if (abandon?.aborted) onAbandon();
      await this.#pool.start();
      if (!drain?.aborted) await this.#estimate();
      await this.#makeAll(isPending);
      this.#report();
    } finally {
      clearInterval(timer);
      drain?.removeEventListener('abort', onDrain);
      abandon?.removeEventListener('abort', onAbandon);
      await this.#pool.stop();
      await (await this.#journal)?.close();
    }
    return this.#counter.stepMs;
  }

  async #makeAll(isPending: IsPending): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    for (const item of this.prepared.plan.items()) {
      if (this.#stopped) break;
      if (!isPending(item)) continue;
      const making = this.#pool
        .make(item)
        .then((record) => this.#count(record))
        .finally(() => inFlight.delete(making));
      // Whichever fails first is thrown below; the others must not count as unhandled.
      making.catch(() => {});
      inFlight.add(making);
      if (this.#pool.full) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  async #count(record: ItemRecord | typeof dropped): Promise<void> {
    if (record === dropped) return;
    if (record.error?.code === 'worker-crashed') await this.#recordCrash(record);
    this.#counter.addItem(record.status === 'failed');
    if (record.status === 'failed') this.options.onEvent?.({ type: 'failed', record });
  }

  /** A worker that died can record nothing. */
  async #recordCrash(record: ItemRecord): Promise<void> {
    this.#journal ??= openJournal(outputLayout(this.prepared.job.output.root).journal('orchestrator'));
    await (await this.#journal).append(record);
  }

  async #estimate(): Promise<void> {
    const { job } = this.prepared;
    const { recipe } = this.workload;
    if (!recipe) return;
    const key = calibrationKey(recipe, this.allocation, job.run);
    let msPerStep = await rememberedStep(key);
    if (msPerStep === undefined) {
      msPerStep = await this.#pool.calibrate(recipe);
      await rememberStep(key, msPerStep);
    }
    const { workers } = this.allocation;
    const estimate = estimateWorkload(this.workload, { msPerStep, workers, format: job.output.format });
    this.options.onEvent?.({ type: 'estimate', ...estimate });
  }

  #report(): void {
    this.options.onEvent?.({ type: 'progress', progress: this.#counter.at(performance.now()) });
  }
}
