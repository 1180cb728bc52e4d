/** A slot in the worker pool: runs one process at a time, and a new one after a crash. @module */
import type { Attempt, ItemRecord } from '../../dataset/ledger/record.js';
import type { ResolvedRecipe } from '../../methods/index.js';
import type { PlanItem } from '../../plan/item.js';
import { noSteps, type StepTotals } from '../../stylize/step-totals.js';
import type { ItemCurve } from './item-curves.js';
import { Liveness } from './liveness.js';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import type { StartWorker, WorkerProcess } from './worker-process.js';

const keptErrorCharacters = 2000;
const stopTimeoutMs = 10_000;

/** Results of items that were not made, because the worker drained (`dropped`) or crashed (`died`). */
export const dropped = Symbol('dropped');
export const died = Symbol('died');

export interface WorkerSlotOptions {
  /** The script of the processes. */
  readonly module: URL;
  readonly startWorker: StartWorker;
  readonly settings: WorkerSettings;
  /** Called for every message, after the slot has handled it. */
  readonly onMessage: (message: FromWorker) => void;
  /** See {@link Liveness}. */
  readonly silentMs: number;
  /**
   * Called when the process has ended. `hadNothing`: it had no item, or was not ready yet; `wasReplaced`: it was told to
   * end.
   */
  readonly onEnd: (hadNothing: boolean, wasReplaced: boolean) => void;
}

interface Waiting {
  readonly item: PlanItem;
  readonly earlier: readonly Attempt[];
  readonly resolve: (result: ItemRecord | typeof dropped | typeof died) => void;
}

/** An item that is being optimized. */
export interface ItemInWork extends ItemCurve, Pick<PlanItem, 'sources'> {}

export class WorkerSlot {
  /** Whether the slot is reserved for one item that must run alone. */
  reserved = false;
  /** Whether the process gets no more items, because it will be replaced by a new one. */
  retiring = false;
  /** Whether the slot no longer gets a process. */
  isClosed = false;
  /** For the next process. */
  maximumBatch: number | undefined;
  /** The end of the standard error of the process that exited last. */
  lastWords = '';
  /** How that process ended: `SIGKILL`, or `exit code 1`. */
  lastEnd = '';
  readonly #liveness: Liveness;
  readonly #waiting = new Map<string, Waiting>();
  #curves: readonly ItemCurve[] = [];
  #process: WorkerProcess | undefined;
  #isReady = false;
  #calibrating: { recipe: ResolvedRecipe; resolve: (measured: StepTotals) => void } | undefined;
  #stopping = false;
  #isReplacing = false;

  constructor(private readonly options: WorkerSlotOptions) {
    this.#liveness = new Liveness(options.silentMs);
  }

  /** The id of its process; undefined before it has started. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Number of items in the slot. */
  get load(): number {
    return this.#waiting.size;
  }

  /** The items that are being optimized, with their loss curves. */
  get inWork(): ItemInWork[] {
    return this.#curves.flatMap((curve) => {
      const item = this.#waiting.get(curve.id)?.item;
      return item ? [{ ...curve, sources: item.sources }] : [];
    });
  }

  /** Starts a process. When it is ready, it receives the items in the slot. */
  spawn(): void {
    const child = this.options.startWorker(this.options.module);
    let errorOutput = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString()).slice(-keptErrorCharacters);
    });
    child.on('message', (message: FromWorker) => this.#receive(message));
    child.on('error', (error) => {
      // A process that failed to start emits no exit event. Other errors are messages to a dying process; see 'exit'.
      if (child.pid === undefined) this.#ended(error.message, 'it could not start');
    });
    // Not `exit`, which may come before the last of the error output.
    child.on('close', (exitCode, signal) =>
      this.#ended(errorOutput.trim(), signal ?? `exit code ${exitCode}`),
    );
    this.#process = child;
    this.#isReady = false;
    const { maximumBatch } = this;
    const settings = { ...this.options.settings, ...(maximumBatch !== undefined && { maximumBatch }) };
    child.send({ type: 'start', settings } satisfies ToWorker);
  }

  /** Makes an item. @param earlier failed attempts @returns the record, or why the item was not made */
  make(item: PlanItem, earlier: readonly Attempt[] = []): Promise<ItemRecord | typeof dropped | typeof died> {
    return new Promise((resolve) => {
      this.#waiting.set(item.id, { item, earlier, resolve });
      if (this.#isReady) this.send({ type: 'item', item, earlier });
    });
  }

  /** Measures a few steps of a recipe. */
  calibrate(recipe: ResolvedRecipe): Promise<StepTotals> {
    return new Promise((resolve) => {
      this.#calibrating = { recipe, resolve };
      if (this.#isReady) this.send({ type: 'calibrate', recipe });
    });
  }

  send(message: ToWorker): void {
    if (this.#process?.connected) this.#process.send(message);
  }

  /** Ends the process after its current work. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const process = this.#process;
    if (!process?.pid || process.exitCode !== null || process.signalCode !== null) return;
    // Not `once`, which would fail with an error of the channel to a process that is about to end.
    const exited = new Promise<void>((resolve) => process.once('exit', () => resolve()));
    this.send({ type: 'stop' });
    const killed = setTimeout(() => process.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(killed);
  }

  /** Ends a process that has no items and starts a new one. */
  replace(): void {
    if (!this.retiring || this.load > 0 || this.#isReplacing) return;
    this.#isReplacing = true;
    this.#isReady = false;
    this.send({ type: 'stop' });
  }

  /** Gives up the slot, whose process has ended. */
  close(): void {
    this.isClosed = true;
    this.#release(died);
  }

  /** Kills the process and drops its items. */
  drop(): void {
    this.kill();
    this.#release(dropped);
  }

  /** Kills a process that hangs. It is then replaced like any other that ends. */
  endIfHung(nowMs: number): void {
    const pid = this.#process?.pid;
    const hasWork = !this.#isReady || this.load > 0 || this.#calibrating !== undefined;
    if (pid !== undefined && this.#liveness.isHung(pid, hasWork, nowMs)) this.#process?.kill('SIGKILL');
  }

  /** Kills the process. */
  kill(): void {
    this.#stopping = true;
    this.#process?.kill('SIGKILL');
  }

  #receive(message: FromWorker): void {
    this.#liveness.hear();
    if (message.type === 'ready') {
      this.#isReady = true;
      if (this.#calibrating) this.send({ type: 'calibrate', recipe: this.#calibrating.recipe });
      for (const { item, earlier } of this.#waiting.values()) this.send({ type: 'item', item, earlier });
    } else if (message.type === 'calibrated') {
      this.#calibrating?.resolve(message.measured);
      this.#calibrating = undefined;
    } else if (message.type === 'progress') this.#curves = message.curves ?? this.#curves;
    else if (message.type === 'done') this.#settle(message.record.id, message.record);
    else if (message.type === 'dropped') this.#settle(message.id, dropped);
    this.options.onMessage(message);
  }

  /** Lets nobody wait for the slot any longer. */
  #release(result: typeof dropped | typeof died): void {
    const given = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { resolve } of given) resolve(result);
    this.#calibrating?.resolve(noSteps);
    this.#calibrating = undefined;
  }

  #settle(id: string, result: ItemRecord | typeof dropped): void {
    this.#waiting.get(id)?.resolve(result);
    this.#waiting.delete(id);
  }

  #ended(lastWords: string, lastEnd: string): void {
    if (this.#stopping) return;
    this.lastWords = lastWords;
    this.lastEnd = lastEnd;
    this.retiring = false;
    if (this.#isReplacing) {
      this.#isReplacing = false;
      this.options.onEnd(false, true);
      return;
    }
    const hadNothing = !this.#isReady || this.load === 0;
    if (!hadNothing) {
      const orphans = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { resolve } of orphans) resolve(died);
    }
    this.options.onEnd(hadNothing, false);
  }
}
