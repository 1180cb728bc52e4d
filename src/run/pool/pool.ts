/**
 * The worker pool: processes that each make items on their own engine. A native step blocks its event loop, so
 * engines share no process; p-limit bounds what is dispatched.
 * @module
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import { type ErrorCode, WildstyleError } from '../../errors.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import type { StepTotals } from '../../stylize/step-totals.js';
import { failedRecord } from '../item/item-record.js';
import { type Deferred, deferred } from './deferred.js';
import type { FromWorker, WorkerSettings } from './protocol.js';
import { died, dropped, WorkerSlot } from './worker-slot.js';

export { dropped } from './worker-slot.js';

export interface PoolOptions {
  readonly workers: number;
  /** Items that one worker holds: those being optimized, and what is decoded ahead. */
  readonly itemsPerWorker: number;
  readonly settings: (worker: number) => WorkerSettings;
  readonly onProgress: (made: StepTotals) => void;
  /** The script of the processes; it speaks the protocol of `protocol.ts`. */
  readonly workerModule?: URL;
}

/** How often in a row processes may end without an item to blame before the run is given up. */
const mostIdleDeaths = 2;

export class WorkerPool {
  readonly #slots: WorkerSlot[];
  readonly #limit: LimitFunction;
  /** Items whose worker died are tried again one at a time. */
  readonly #suspects = pLimit(1);
  readonly #started = deferred<void>();
  /** Settled and made anew whenever a slot takes or gives back something. */
  #change: Deferred<void> = deferred();
  #error: WildstyleError | undefined;
  readonly #onError = new Set<(error: WildstyleError) => void>();
  #ready = 0;
  #idleDeaths = 0;
  #draining = false;

  constructor(private readonly options: PoolOptions) {
    const { workers, itemsPerWorker, settings, workerModule: module } = options;
    this.#slots = Array.from({ length: workers }, (_, index): WorkerSlot => {
      const slot: WorkerSlot = new WorkerSlot({
        module: module ?? new URL('./worker.js', import.meta.url),
        settings: settings(index),
        onMessage: (message) => this.#receive(slot, message),
        onEnd: (hadNothing) => this.#replace(slot, hadNothing),
      });
      return slot;
    });
    this.#limit = pLimit(workers * itemsPerWorker);
  }

  /** Starts the processes. @throws what keeps an engine from starting */
  async start(): Promise<void> {
    if (this.#error) throw this.#error;
    for (const slot of this.#slots) slot.spawn();
    await this.#unlessFailed(this.#started.promise);
  }

  /** Makes everything that waits fail with this error. */
  fail(error: WildstyleError): void {
    this.#error ??= error;
    for (const reject of this.#onError) reject(this.#error);
  }

  /** Whether another item should be handed in only after one has come back. */
  get full(): boolean {
    const { workers, itemsPerWorker } = this.options;
    return this.#limit.activeCount + this.#limit.pendingCount >= workers * itemsPerWorker;
  }

  /**
   * Makes an item on the least busy worker. When its worker dies it is tried once more, alone on a worker, so that the
   * one to blame takes no other with it.
   * @returns its record, or `dropped` when the pool drains before its first step
   * @throws what must end the run
   */
  make(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    return this.#unlessFailed(this.#limit(() => this.#attempt(item)));
  }

  /** Measures a few steps of a recipe on each worker while all are busy. */
  calibrate(recipe: ResolvedRecipe): Promise<StepTotals[]> {
    return this.#unlessFailed(Promise.all(this.#slots.map((slot) => slot.calibrate(recipe))));
  }

  /** Finishes the items that are being optimized; the others come back dropped. */
  drain(): void {
    this.#draining = true;
    for (const slot of this.#slots) slot.send({ type: 'drain' });
  }

  /** Ends the processes after what they do now. */
  async stop(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  /** Ends the processes at once. What is published is published. */
  kill(): void {
    for (const slot of this.#slots) slot.kill();
    this.fail(new WildstyleError('engine-failed', 'The run was stopped at once.'));
  }

  async #attempt(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    const first = await this.#makeOnLeastBusy(item);
    if (first !== died) return first;
    return this.#suspects(async () => {
      const slot = await this.#reserve();
      const crash: Attempt = { error: 'worker-crashed' };
      const second = await this.#makeOn(slot, item, [crash]);
      slot.reserved = false;
      this.#changed();
      return second === died ? failedRecord(item, crashed(slot), [crash]) : second;
    });
  }

  /** Choosing and taking a slot is one act: between the two, others would choose the same. */
  async #makeOnLeastBusy(item: PlanItem): Promise<ItemRecord | typeof dropped | typeof died> {
    for (;;) {
      const slot = this.#leastBusy();
      if (slot) return this.#makeOn(slot, item);
      await this.#change.promise;
    }
  }

  async #makeOn(
    slot: WorkerSlot,
    item: PlanItem,
    earlier: readonly Attempt[] = [],
  ): Promise<ItemRecord | typeof dropped | typeof died> {
    return this.#draining ? dropped : slot.make(item, earlier);
  }

  #leastBusy(): WorkerSlot | undefined {
    const [first, ...others] = this.#slots.filter(({ reserved }) => !reserved);
    return others.reduce((best, slot) => (slot.load < best.load ? slot : best), first);
  }

  #receive(slot: WorkerSlot, message: FromWorker): void {
    if (message.type === 'ready') {
      if (this.#draining) slot.send({ type: 'drain' });
      if (++this.#ready >= this.#slots.length) this.#started.resolve();
    } else if (message.type === 'progress') this.options.onProgress(message.made);
    else if (message.type === 'fatal') {
      const { code, message: text, cure } = message;
      this.fail(new WildstyleError(code as ErrorCode, text, cure ? { cure } : {}));
    } else {
      this.#idleDeaths = 0;
      this.#changed();
    }
  }

  #replace(slot: WorkerSlot, hadNothing: boolean): void {
    if (hadNothing && ++this.#idleDeaths > mostIdleDeaths) {
      const said = slot.lastWords && ` The last one said: ${slot.lastWords}`;
      const what = `Workers ended ${this.#idleDeaths} times in a row without an image in work.${said}`;
      this.fail(new WildstyleError('engine-failed', what));
      return;
    }
    slot.spawn();
    this.#changed();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = deferred();
  }

  /** Keeps a slot from taking more, and waits until it holds nothing. One at a time, so one is always left. */
  async #reserve(): Promise<WorkerSlot> {
    const slot = this.#leastBusy() as WorkerSlot;
    slot.reserved = true;
    while (slot.load > 0) await this.#change.promise;
    return slot;
  }

  /** The work's result, or the error that ends the run, whichever comes first. */
  #unlessFailed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error) reject(this.#error);
      else this.#onError.add(reject);
      work.then(resolve, reject).finally(() => this.#onError.delete(reject));
    });
  }
}

function crashed({ lastWords }: WorkerSlot): WildstyleError {
  const said = lastWords && ` It said: ${lastWords.split('\n').slice(-3).join(' ')}`;
  return new WildstyleError('worker-crashed', `The worker died twice while it held this item.${said}`, {
    cure: 'Lower recipe.size or run.batch if memory ran out.',
  });
}
