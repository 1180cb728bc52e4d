/**
 * The worker pool: processes that make items, each on its own engine. A native step blocks the event loop, so engines
 * cannot share a process. p-limit bounds the number of dispatched items.
 * @module
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import { type ErrorCode, WildstyleError } from '../../errors.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import type { StepTotals } from '../../stylize/step-totals.js';
import type { OnProcessor } from '../doctor/step-placement.js';
import { failedRecord } from '../item/item-record.js';
import { type Deferred, deferred } from './deferred.js';
import { defaultSilentMs } from './liveness.js';
import { MemoryPolicy, type MemoryPolicyOptions } from './memory-policy.js';
import type { FromWorker, WorkerSettings } from './protocol.js';
import { forkWorker, type StartWorker } from './worker-process.js';
import { died, dropped, type ItemInWork, WorkerSlot } from './worker-slot.js';

export { dropped } from './worker-slot.js';

/** A worker process and the number of its items. */
export interface WorkerLoad {
  /** Undefined while it is restarted. */
  readonly pid: number | undefined;
  readonly items: number;
  /** Those of them that are being optimized. */
  readonly inWork: readonly ItemInWork[];
}

export interface PoolOptions extends MemoryPolicyOptions {
  readonly workers: number;
  /** Maximum number of items per worker: those being optimized plus those being decoded ahead. */
  readonly itemsPerWorker: number;
  readonly settings: (worker: number) => WorkerSettings;
  readonly onProgress: (made: StepTotals) => void;
  /** Called when a measured step leaves something to the processor. */
  readonly onPlacement?: (onProcessor: OnProcessor) => void;
  /** The script of the processes; it implements the protocol in `protocol.ts`. */
  readonly workerModule?: URL;
  /** Starts a process with the script; default: {@link forkWorker}. */
  readonly startWorker?: StartWorker;
  /** A worker that neither computes nor says anything for this long is replaced; default: a minute. */
  readonly silentMs?: number;
}

const memoryCure = 'If memory ran out, lower run.workers, recipe.size or run.batch.';

/** Number of consecutive exits of idle processes to tolerate; after more, the run fails. */
const maximumIdleExits = 2;
const looksPerSilence = 10;

export class WorkerPool {
  readonly #slots: WorkerSlot[];
  readonly #limit: LimitFunction;
  /** Retries the items of crashed workers one at a time. */
  readonly #retryLimit = pLimit(1);
  readonly #started = deferred<void>();
  /** Resolved and replaced whenever the load of a slot changes. */
  #change: Deferred<void> = deferred();
  #error: WildstyleError | undefined;
  readonly #onError = new Set<(error: WildstyleError) => void>();
  #ready = 0;
  #idleExits = 0;
  #draining = false;
  readonly #memory: MemoryPolicy;
  #watching: NodeJS.Timeout | undefined;

  constructor(private readonly options: PoolOptions) {
    const { workers, itemsPerWorker, settings, workerModule: module, silentMs = defaultSilentMs } = options;
    this.#slots = Array.from({ length: workers }, (_, index): WorkerSlot => {
      const slot: WorkerSlot = new WorkerSlot({
        module: module ?? new URL('./worker.js', import.meta.url),
        startWorker: options.startWorker ?? forkWorker,
        settings: settings(index),
        silentMs,
        onMessage: (message) => this.#receive(slot, message),
        onEnd: (hadNothing, wasReplaced) => this.#replace(slot, hadNothing, wasReplaced),
      });
      return slot;
    });
    this.#limit = pLimit(workers * itemsPerWorker);
    this.#memory = new MemoryPolicy(this.#slots, this.#limit, options);
  }

  /** Starts the processes. @throws the error that keeps an engine from starting */
  async start(): Promise<void> {
    if (this.#error) throw this.#error;
    for (const slot of this.#slots) slot.spawn();
    const { silentMs = defaultSilentMs } = this.options;
    const watch = () => {
      for (const slot of this.#slots) slot.endIfHung(performance.now());
    };
    this.#watching = setInterval(watch, silentMs / looksPerSilence).unref();
    await this.#unlessFailed(this.#started.promise);
  }

  /** Rejects all pending and future calls with this error. */
  fail(error: WildstyleError): void {
    this.#error ??= error;
    for (const reject of this.#onError) reject(this.#error);
  }

  /** Whether the pool is full: wait for an item to finish before adding another. */
  get full(): boolean {
    return this.#limit.activeCount + this.#limit.pendingCount >= this.#limit.concurrency;
  }

  /**
   * Makes an item on the least busy worker. If the worker crashes, retries the item once, alone on a worker, so that an
   * item that crashes workers affects no others. If memory ran out, continues with smaller batches, then with fewer workers,
   * and retries after each reduction.
   * @returns the record, or `dropped` if the pool drains before the first step
   * @throws errors that end the run
   */
  make(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    return this.#unlessFailed(this.#limit(() => this.#attempt(item)));
  }

  /** The processes with the number of items that each has. */
  get workers(): WorkerLoad[] {
    return this.#memory.open.map(({ pid, load, inWork }) => ({ pid, items: load, inWork }));
  }

  /** Measures a few steps of a recipe on all workers at the same time. */
  calibrate(recipe: ResolvedRecipe): Promise<StepTotals[]> {
    return this.#unlessFailed(Promise.all(this.#slots.map((slot) => slot.calibrate(recipe))));
  }

  /** Finishes the items being optimized and drops the others. */
  drain(): void {
    this.#draining = true;
    for (const slot of this.#slots) slot.send({ type: 'drain' });
  }

  /** Kills the processes; the items in progress are dropped. Published images remain. */
  drop(): void {
    this.#draining = true;
    for (const slot of this.#slots) slot.drop();
    this.#started.resolve();
    this.#changed();
  }

  /** Ends the processes after their current work. */
  async stop(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  /** Kills the processes. Published images remain. */
  kill(): void {
    for (const slot of this.#slots) slot.kill();
    this.fail(new WildstyleError('engine-failed', 'The run was stopped immediately.'));
  }

  async #attempt(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    const first = await this.#makeOnLeastBusy(item);
    if (first !== died) return first;
    return this.#retryLimit(async () => {
      const crash: Attempt = { error: 'worker-crashed' };
      const earlier = [crash];
      for (;;) {
        const slot = await this.#reserve();
        const reductions = this.#memory.reductions;
        const next = await this.#makeOn(slot, item, earlier);
        slot.reserved = false;
        this.#changed();
        if (next !== died) return next;
        // With less memory in use, it may succeed; each reduction can happen only a few times.
        if (this.#memory.reductions === reductions)
          return failedRecord(item, crashed(slot, earlier), earlier);
        earlier.push(crash);
      }
    });
  }

  /** Chooses and occupies a slot synchronously, so that concurrent calls do not all choose the same one. */
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
    const [first, ...others] = this.#memory.open.filter(({ reserved, retiring }) => !reserved && !retiring);
    return others.reduce((best, slot) => (slot.load < best.load ? slot : best), first);
  }

  #receive(slot: WorkerSlot, message: FromWorker): void {
    if (message.type === 'ready') {
      if (this.#draining) slot.send({ type: 'drain' });
      this.#ready++;
      this.#noteReady();
    } else if (message.type === 'progress') this.options.onProgress(message.made);
    else if (message.type === 'placement') this.options.onPlacement?.(message.onProcessor);
    else if (message.type === 'fatal') {
      const { code, message: text, cure } = message;
      this.fail(new WildstyleError(code as ErrorCode, text, cure ? { cure } : {}));
    } else {
      this.#idleExits = 0;
      if (message.type === 'done') this.#memory.see(slot, message.rssBytes ?? 0);
      slot.replace();
      this.#changed();
    }
  }

  #replace(slot: WorkerSlot, hadNothing: boolean, wasReplaced: boolean): void {
    const { reductions } = this.#memory;
    if (!wasReplaced) this.#memory.learn(slot);
    if (this.#memory.reductions > reductions) this.#idleExits = 0;
    else if (hadNothing && ++this.#idleExits > maximumIdleExits) {
      const output = slot.lastWords && ` Last error output: ${slot.lastWords}`;
      const message = `Idle worker processes exited ${this.#idleExits} times in a row (${slot.lastEnd}).${output}`;
      this.fail(new WildstyleError('engine-failed', message, { cure: memoryCure }));
      return;
    }
    if (!slot.isClosed) slot.spawn();
    this.#noteReady();
    this.#changed();
  }

  #noteReady(): void {
    if (this.#ready >= this.#memory.open.length) this.#started.resolve();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = deferred();
  }

  /** Reserves a slot and waits until it is empty. Called for one item at a time, so there is one sooner or later. */
  async #reserve(): Promise<WorkerSlot> {
    for (;;) {
      const slot = this.#leastBusy();
      if (!slot) {
        await this.#change.promise;
        continue;
      }
      slot.reserved = true;
      while (slot.load > 0) await this.#change.promise;
      if (!slot.isClosed && !slot.retiring) return slot;
      slot.reserved = false;
    }
  }

  /** Settles with the work, or rejects when the run fails, whichever comes first. */
  #unlessFailed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error) reject(this.#error);
      else this.#onError.add(reject);
      work.then(resolve, reject).finally(() => this.#onError.delete(reject));
    });
  }
}

function crashed({ lastWords, lastEnd }: WorkerSlot, earlier: readonly Attempt[]): WildstyleError {
  const output = lastWords && ` Last error output: ${lastWords.split('\n').slice(-3).join(' ')}`;
  const times = earlier.length === 1 ? 'twice' : `${earlier.length + 1} times`;
  return new WildstyleError(
    'worker-crashed',
    `The worker crashed ${times} while making this image (${lastEnd}).${output}`,
    { cure: memoryCure },
  );
}
