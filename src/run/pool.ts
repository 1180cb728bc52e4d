/**
 * The worker pool: processes that each make items on their own engine. A native step blocks its event loop, so
 * engines share no process; p-limit bounds what is dispatched.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import pLimit, { type LimitFunction } from 'p-limit';
import type { ItemRecord } from '../dataset/record.js';
import { type ErrorCode, WildstyleError } from '../errors.js';
import type { PlanItem } from '../plan/item.js';
import type { Recipe } from '../stylize/recipe.js';
import { type Deferred, deferred } from './deferred.js';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import { failedRecord } from './record.js';

const keptErrorOutput = 2000;

/** Why an item was handed back unmade. */
export const dropped = Symbol('dropped');

export interface PoolOptions {
  readonly workers: number;
  /** Items that one worker holds: those being optimised, and what is decoded ahead. */
  readonly itemsPerWorker: number;
  readonly settings: (worker: number) => WorkerSettings;
  readonly onProgress: (progress: { steps: number; stepMs: number }) => void;
}

interface Waiting {
  readonly item: PlanItem;
  readonly resolve: (record: ItemRecord | typeof dropped | 'died') => void;
}

/** One place in the pool, filled by one process after the other. */
class Seat {
  process: ChildProcess | undefined;
  ready: Promise<void> = Promise.resolve();
  readonly waiting = new Map<string, Waiting>();
  calibrated: ((msPerStep: number) => void) | undefined;
  errorOutput = '';
  /** What the process before this one wrote last. */
  lastWords = '';

  constructor(readonly index: number) {}

  send(message: ToWorker): void {
    if (this.process?.connected) this.process.send(message);
  }
}

export class WorkerPool {
  readonly #seats: Seat[];
  readonly #limit: LimitFunction;
  /** Items whose worker died are tried again one at a time, so that the one to blame takes no other with it. */
  readonly #suspects = pLimit(1);
  readonly #failure: Deferred<never> = deferred();
  #stopping = false;
  #draining = false;

  constructor(private readonly options: PoolOptions) {
    this.#seats = Array.from({ length: options.workers }, (_, index) => new Seat(index));
    this.#limit = pLimit(options.workers * options.itemsPerWorker);
  }

  /** Starts the processes. @throws what keeps an engine from starting */
  async start(): Promise<void> {
    for (const seat of this.#seats) this.#spawn(seat);
    await Promise.race([Promise.all(this.#seats.map((seat) => seat.ready)), this.#failure.promise]);
  }

  /** Makes everything that waits fail with this error. */
  fail(error: WildstyleError): void {
    this.#failure.reject(error);
  }

  /** Whether another item should be handed in only after one has come back. */
  get full(): boolean {
    return (
      this.#limit.activeCount + this.#limit.pendingCount >= this.options.workers * this.options.itemsPerWorker
    );
  }

  /**
   * Makes an item on the least busy worker; once more on another when its worker dies.
   * @returns its record, or `dropped` when the pool drains before its first step
   * @throws what must end the run
   */
  make(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    return Promise.race([this.#limit(() => this.#attempt(item)), this.#failure.promise]);
  }

  /** Milliseconds of one step of one item while all workers are busy. */
  async calibrate(recipe: Recipe): Promise<number> {
    const measured = this.#seats.map(
      (seat) =>
        new Promise<number>((resolve) => {
          seat.calibrated = resolve;
          seat.send({ type: 'calibrate', recipe });
        }),
    );
    const times: number[] = await Promise.race([Promise.all(measured), this.#failure.promise]);
    return times.reduce((a, b) => a + b, 0) / times.length;
  }

  /** Finishes the items that are being optimised; the others come back dropped. */
  drain(): void {
    this.#draining = true;
    for (const seat of this.#seats) seat.send({ type: 'drain' });
  }

  /** Ends the processes after what they do now. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      this.#seats.map(async ({ process }) => {
        if (!process || process.exitCode !== null || process.signalCode !== null) return;
        const exited = once(process, 'exit');
        if (process.connected) process.send({ type: 'stop' } satisfies ToWorker);
        const killed = setTimeout(() => process.kill('SIGKILL'), 10_000);
        await exited;
        clearTimeout(killed);
      }),
    );
  }

  /** Ends the processes at once. What is published is published. */
  kill(): void {
    this.#stopping = true;
    this.#failure.reject(new WildstyleError('engine-failed', 'The run was stopped at once.'));
    for (const { process } of this.#seats) process?.kill('SIGKILL');
  }

  async #attempt(item: PlanItem): Promise<ItemRecord | typeof dropped> {
    const first = await this.#makeOn(this.#leastBusy(), item);
    if (first !== 'died') return first;
    return this.#suspects(async () => {
      const seat = this.#leastBusy();
      const second = await this.#makeOn(seat, item);
      return second === 'died' ? failedRecord(item, crashed(seat)) : second;
    });
  }

  async #makeOn(seat: Seat, item: PlanItem): Promise<ItemRecord | typeof dropped | 'died'> {
    if (this.#draining) return dropped;
    return new Promise((resolve) => {
      seat.waiting.set(item.id, { item, resolve });
      seat.ready.then(
        () => seat.send({ type: 'item', item }),
        () => {},
      );
    });
  }

  #leastBusy(): Seat {
    return this.#seats.reduce((best, seat) => (seat.waiting.size < best.waiting.size ? seat : best));
  }

  #spawn(seat: Seat): void {
    const child = fork(new URL('./worker.js', import.meta.url), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const ready = deferred<void>();
    seat.process = child;
    seat.ready = ready.promise;
    seat.errorOutput = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      seat.errorOutput = (seat.errorOutput + chunk.toString()).slice(-keptErrorOutput);
    });
    child.on('message', (message: FromWorker) => this.#receive(seat, message, ready.resolve));
    child.on('error', () => {});
    child.on('exit', () => {
      ready.reject(new Error('The worker ended before it was ready.'));
      this.#ended(seat);
    });
    child.send({ type: 'start', settings: this.options.settings(seat.index) } satisfies ToWorker);
  }

  #receive(seat: Seat, message: FromWorker, ready: () => void): void {
    switch (message.type) {
      case 'ready':
        if (this.#draining) seat.send({ type: 'drain' });
        ready();
        break;
      case 'progress':
        this.options.onProgress(message);
        break;
      case 'calibrated':
        seat.calibrated?.(message.msPerStep);
        break;
      case 'done':
        this.#settle(seat, message.record.id, message.record);
        break;
      case 'dropped':
        this.#settle(seat, message.id, dropped);
        break;
      case 'fatal': {
        const { code, message: text, cure } = message;
        this.#failure.reject(new WildstyleError(code as ErrorCode, text, cure ? { cure } : {}));
      }
    }
  }

  #settle(seat: Seat, id: string, result: ItemRecord | typeof dropped): void {
    seat.waiting.get(id)?.resolve(result);
    seat.waiting.delete(id);
  }

  /** A process that ended by itself is replaced; its items are tried again. */
  #ended(seat: Seat): void {
    if (this.#stopping) return;
    seat.lastWords = seat.errorOutput;
    const orphans = [...seat.waiting.values()];
    seat.waiting.clear();
    if (orphans.length === 0) {
      const said = seat.errorOutput.trim();
      const cause = said ? ` It said: ${said}` : '';
      this.#failure.reject(
        new WildstyleError('engine-failed', `A worker ended while it had nothing to do.${cause}`),
      );
      return;
    }
    this.#spawn(seat);
    for (const { resolve } of orphans) resolve('died');
  }
}

function crashed(seat: Seat): WildstyleError {
  const lastWords = seat.lastWords.trim().split('\n').slice(-3).join(' ');
  return new WildstyleError(
    'worker-crashed',
    `The worker died twice while it held this item.${lastWords && ` It said: ${lastWords}`}`,
    { cure: 'Lower recipe.size or run.batch if memory ran out.' },
  );
}
