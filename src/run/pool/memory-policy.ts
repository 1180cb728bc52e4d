/** What a pool does when memory runs out: smaller batches, then fewer workers. @module */
import type { LimitFunction } from 'p-limit';
import { type KillCounter, OutOfMemory } from './out-of-memory.js';
import type { WorkerSlot } from './worker-slot.js';

/** Why a worker is replaced, and what the others do from now on. */
export interface WorkerChange {
  /** `grown`: it used too much memory, and ends when it has no more items. */
  readonly reason: 'out-of-memory' | 'crashed' | 'grown';
  readonly pid: number | undefined;
  /** How it ended: `SIGKILL`, or `exit code 1`. */
  readonly end?: string;
  /** Workers from now on. */
  readonly workers: number;
  /** The most images that a worker optimizes together from now on. */
  readonly batch: number;
}

/** Options of a {@link MemoryPolicy}. */
export interface MemoryPolicyOptions {
  readonly itemsPerWorker: number;
  /** The most images that a worker optimizes together; default: one less than `itemsPerWorker`. */
  readonly batch?: number;
  /** Called when a worker is replaced. */
  readonly onWorker?: (change: WorkerChange) => void;
  /** A worker whose memory exceeds this is replaced when it has no items; default: never. */
  readonly recycleAtBytes?: number;
  /** For tests. */
  readonly kills?: KillCounter;
}

/** Watches the memory of workers. */
export class MemoryPolicy {
  /** How often the pool went on with less memory. */
  reductions = 0;
  readonly #memory: OutOfMemory;
  #batch: number;

  /** @param limit of the items in the pool */
  constructor(
    private readonly slots: readonly WorkerSlot[],
    private readonly limit: LimitFunction,
    private readonly options: MemoryPolicyOptions,
  ) {
    this.#memory = new OutOfMemory(options.kills);
    this.#batch = options.batch ?? Math.max(1, options.itemsPerWorker - 1);
  }

  /** The slots that have a process. */
  get open(): WorkerSlot[] {
    return this.slots.filter(({ isClosed }) => !isClosed);
  }

  /** A worker has reported its memory: replaces it if that has grown too large. */
  see(slot: WorkerSlot, rssBytes: number): void {
    if (slot.retiring || rssBytes <= (this.options.recycleAtBytes ?? Number.POSITIVE_INFINITY)) return;
    slot.retiring = true;
    this.#tell(slot, 'grown');
  }

  /** A worker has crashed: if memory ran out, the pool continues with less. */
  learn(slot: WorkerSlot): void {
    const ranOut = this.#memory.hasEnded(slot.lastEnd, slot.lastWords);
    if (ranOut && this.#batch > 1) this.#halveBatch(slot);
    else if (ranOut && this.open.length > 1) this.#close(slot);
    this.#tell(slot, ranOut ? 'out-of-memory' : 'crashed');
  }

  #halveBatch(crashed: WorkerSlot): void {
    this.#batch = Math.floor(this.#batch / 2);
    this.reductions++;
    for (const slot of this.open) {
      slot.maximumBatch = this.#batch;
      // The others start over, too, as soon as they have made what they have.
      if (slot === crashed) continue;
      slot.retiring = true;
      slot.replace();
    }
  }

  #close(slot: WorkerSlot): void {
    slot.close();
    this.reductions++;
    this.limit.concurrency = this.open.length * this.options.itemsPerWorker;
  }

  #tell(slot: WorkerSlot, reason: WorkerChange['reason']): void {
    const { pid, lastEnd } = slot;
    this.options.onWorker?.({
      reason,
      pid,
      ...(reason !== 'grown' && { end: lastEnd }),
      workers: this.open.length,
      batch: this.#batch,
    });
  }
}
