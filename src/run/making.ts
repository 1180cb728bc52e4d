/** The part of a run in which workers make items. @module */
import { type Journal, openJournal } from '../dataset/journal.js';
import { outputLayout } from '../dataset/layout.js';
import type { ItemRecord } from '../dataset/record.js';
import type { WildstyleError } from '../errors.js';
import type { PlanItem } from '../plan/item.js';
import type { StepTotals } from '../stylize/step-totals.js';
import { calibrationKey, rememberedStep, rememberStep } from './calibration.js';
import type { RunOptions } from './events.js';
import { type Allocation, allocate, thisMachine } from './machine.js';
import { dropped, WorkerPool } from './pool.js';
import type { Prepared } from './prepare.js';
import { ProgressCounter } from './progress.js';
import { workerSettings } from './settings.js';
import { msPerPixel, StepRate } from './step-rate.js';
import { estimateWorkload, evaluationsOf, type IsPending, type Workload } from './workload.js';

const progressIntervalMs = 250;

/** Makes the pending items of a plan, once. */
export class Making {
  readonly allocation: Allocation;
  readonly #counter: ProgressCounter;
  readonly #rate: StepRate;
  readonly #pool: WorkerPool;
  #isEstimated = false;
  #journal: Promise<Journal> | undefined;
  #stopped = false;

  constructor(
    private readonly prepared: Prepared,
    private readonly workload: Workload,
    private readonly options: RunOptions,
  ) {
    const { job } = prepared;
    const { stylized, items, largestSizePx: size, smallestPixels } = workload;
    this.allocation = allocate(thisMachine(), job.run, stylized || items, { size }, smallestPixels);
    const { workers, batch } = this.allocation;
    this.#counter = new ProgressCounter(workload, workers, performance.now());
    this.#rate = new StepRate(workers * batch);
    this.#pool = new WorkerPool({
      workers,
      // One more than are optimised: it is decoded while the others are.
      itemsPerWorker: batch + 1,
      settings: (worker) => workerSettings(prepared, this.allocation, worker),
      onProgress: (made) => this.#addSteps(made),
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
      const known = this.#stepKey && (await rememberedStep(this.#stepKey));
      if (known) this.#estimate(known);
      else if (this.#stepKey) onEvent?.({ type: 'estimating' });
      await this.#pool.start();
      await this.#makeAll(isPending);
      this.#report();
      await this.#remember();
    } finally {
      clearInterval(timer);
      drain?.removeEventListener('abort', onDrain);
      abandon?.removeEventListener('abort', onAbandon);
      await this.#pool.stop();
      await (await this.#journal)?.close();
    }
    return this.#counter.made.ms;
  }

  async #makeAll(isPending: IsPending): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    for (const item of this.prepared.plan.items()) {
      if (this.#stopped) break;
      if (!isPending(item)) continue;
      const making = this.#pool
        .make(item)
        .then((record) => this.#count(record, item))
        .finally(() => inFlight.delete(making));
      // Whichever fails first is thrown below; the others must not count as unhandled.
      making.catch(() => {});
      inFlight.add(making);
      if (this.#pool.full) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  async #count(record: ItemRecord | typeof dropped, item: PlanItem): Promise<void> {
    if (record === dropped) return;
    if (record.error?.code === 'worker-crashed') await this.#recordCrash(record);
    this.#counter.addItem(record.status === 'failed', evaluationsOf(item));
    if (record.status === 'failed') this.options.onEvent?.({ type: 'failed', record });
  }

  /** A worker that died can record nothing. */
  async #recordCrash(record: ItemRecord): Promise<void> {
    this.#journal ??= openJournal(outputLayout(this.prepared.job.output.root).journal('orchestrator'));
    await (await this.#journal).append(record);
  }

  #addSteps(made: StepTotals): void {
    this.#counter.addSteps(made);
    const learnt = this.#rate.after(this.#counter.made);
    if (learnt && !this.#isEstimated) this.#estimate(learnt);
  }

  #estimate(msPerPixel: number): void {
    this.#isEstimated = true;
    const { workers } = this.allocation;
    const { format } = this.prepared.job.output;
    this.options.onEvent?.({
      type: 'estimate',
      ...estimateWorkload(this.workload, { msPerPixel, workers, format }),
    });
  }

  /** The next run of this kind is estimated by the whole of this one, if it was long enough to tell. */
  async #remember(): Promise<void> {
    const { made } = this.#counter;
    if (this.#stepKey && this.#rate.after(made)) await rememberStep(this.#stepKey, msPerPixel(made));
  }

  get #stepKey(): string | undefined {
    const { recipe } = this.workload;
    return recipe && calibrationKey(recipe, this.allocation, this.prepared.job.run);
  }

  #report(): void {
    this.options.onEvent?.({ type: 'progress', progress: this.#counter.at(performance.now()) });
  }
}
