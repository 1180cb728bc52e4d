/** The part of a run in which workers make items. @module */
import { type Journal, openJournal } from '../dataset/ledger/journal.js';
import type { ItemRecord } from '../dataset/ledger/record.js';
import { outputPaths } from '../dataset/output-paths.js';
import type { WildstyleError } from '../errors.js';
import type { PlanItem } from '../plan/item.js';
import {
  calibrationKey,
  measureStep,
  msPerPixel,
  rememberedStep,
  rememberStep,
} from './estimate/calibration.js';
import { type Allocation, allocate, thisMachine } from './estimate/machine.js';
import { estimateWorkload, evaluationsOf, type IsPending, type Workload } from './estimate/workload.js';
import type { RunOptions } from './events.js';
import { dropped, WorkerPool } from './pool/pool.js';
import { workerSettings } from './pool/worker-settings.js';
import type { Prepared } from './prepare.js';
import { ProgressCounter } from './progress.js';

const progressIntervalMs = 250;
/** So many steps of each place in a batch tell more than a measurement beforehand. */
const tellingSteps = 20;

/** Makes the pending items of a plan, once. */
export class ItemProduction {
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
    const { stylized, items, largestSizePx: size, smallestPixels } = workload;
    this.allocation = allocate(thisMachine(), job.run, stylized || items, { size }, smallestPixels);
    const { workers, batch } = this.allocation;
    this.#counter = new ProgressCounter(workload, workers, performance.now());
    this.#pool = new WorkerPool({
      workers,
      // One more than are optimized: it is decoded while the others are.
      itemsPerWorker: batch + 1,
      settings: (worker) => workerSettings(prepared, this.allocation, worker),
      onProgress: (made) => this.#counter.addSteps(made),
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
   * @returns the time that all workers together spent in optimization steps, in milliseconds
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
      if (!known) await this.#measure();
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
    this.#journal ??= openJournal(outputPaths(this.prepared.job.output.root).journal('orchestrator'));
    await (await this.#journal).append(record);
  }

  /** Before the first image is begun, so that whoever waits knows for how long. */
  async #measure(): Promise<void> {
    const { recipe } = this.workload;
    if (!recipe || !this.#stepKey || this.#stopped) return;
    const measured = await measureStep(this.#pool, recipe, this.#stepKey);
    if (measured !== undefined) this.#estimate(measured);
    else this.options.onEvent?.({ type: 'inestimable' });
  }

  #estimate(msPerPixel: number): void {
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
    const { workers, batch } = this.allocation;
    const isTelling = made.steps >= tellingSteps * workers * batch;
    if (this.#stepKey && isTelling) await rememberStep(this.#stepKey, msPerPixel(made));
  }

  get #stepKey(): string | undefined {
    const { recipe } = this.workload;
    return recipe && calibrationKey(recipe, this.allocation, this.prepared.job.run);
  }

  #report(): void {
    this.options.onEvent?.({ type: 'progress', progress: this.#counter.at(performance.now()) });
  }
}
