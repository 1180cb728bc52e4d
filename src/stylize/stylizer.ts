/**
 * The stylizer accepts items one at a time and optimizes them in batches on one engine. It caches compiled graphs and the
 * targets of content and style images.
 * @module
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { RunningBatch } from './batch.js';
import { BatchLimits } from './batch-limits.js';
import { graphShares, stepGraphBytes } from './graph-memory.js';
import type { NetworkName } from './networks/index.js';
import { weightInputs } from './regions/guide-inputs.js';
import type { ByRole } from './role.js';
import type { BatchItem, Optimized, Watch } from './schedule/item.js';
import type { Parameters, Spec } from './spec.js';
import { addSteps, noSteps, type StepTotals } from './step-totals.js';
import { type SourceImage, TargetCache } from './targets.js';

/** An item to optimize. */
export interface StylizeRequest {
  readonly spec: Spec;
  readonly parameters: Parameters;
  readonly steps: number;
  /** State of the optimizer to start with, see {@link BatchItem}. */
  readonly state?: Named<HostTensor> | undefined;
  /** Seed of the numbers that terms draw at each step. */
  readonly seed: number;
  readonly sources: ByRole<SourceImage>;
  /** The initial image, `[1, height, width, 3]`. Must have the content's shape if there is a content image. */
  readonly initial: HostTensor;
  readonly watch?: Watch | undefined;
}

/** A finished item and the time it spent in its batch. */
export interface Stylized extends Optimized {
  readonly elapsedMs: number;
}

export interface StylizerOptions {
  /** The batch size for items of this many pixels each. */
  readonly batch: (pixels: number) => number;
  /**
   * Approximate limit on the memory of compiled graphs, in bytes. Each shape of images has its own graph, which is kept
   * for later images of that shape. The latest graph is always kept.
   */
  readonly graphBytes: number;
  readonly weights: (network: NetworkName) => Promise<WeightSet>;
  /** A cache of targets to share. By default the stylizer has its own. */
  readonly targets?: TargetCache;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

interface Pending extends BatchItem {
  readonly spec: Spec;
  readonly batchKey: string;
  readonly signal: AbortSignal | undefined;
  readonly settle: { resolve: (result: Stylized) => void; reject: (error: unknown) => void };
  joinedMs?: number;
}

/** A batch that is kept for later items with the same graph and shape. */
interface Ready {
  readonly batch: RunningBatch<Pending>;
  readonly bytes: number;
}

export class Stylizer {
  readonly #pending: Pending[] = [];
  readonly #targets: TargetCache;
  readonly #batches: AsyncCache<Ready>;
  readonly #limits = new BatchLimits();
  #driving = false;
  #totals = noSteps;

  constructor(
    private readonly engine: Engine,
    private readonly options: StylizerOptions,
  ) {
    this.#targets = options.targets ?? new TargetCache(engine, options.graphBytes);
    const maxSize = Math.max(1, Math.floor(options.graphBytes * graphShares.steps));
    this.#batches = new AsyncCache({
      maxSize,
      sizeOf: ({ bytes }) => Math.min(maxSize, bytes),
      dispose: ({ batch }) => batch.dispose(),
    });
  }

  /** Totals over all optimization steps so far. */
  get totals(): StepTotals {
    return this.#totals;
  }

  /**
   * Stylizes one item, batched with other pending items.
   * @param signal cancels the item if aborted before its first step; the promise then rejects with the signal's reason
   * @throws `shape-mismatch` if the initial image and the content differ in shape, `layer-unknown`, `weights-missing`,
   *   `loss-diverged`, and engine errors
   */
  async stylize(request: StylizeRequest, signal?: AbortSignal): Promise<Stylized> {
    const { spec, initial, sources } = request;
    const { content } = sources;
    if (content && initial.shape.join() !== content.tensor.shape.join()) {
      throw new WildstyleError(
        'shape-mismatch',
        `The shape of the initial image is [${initial.shape}], but that of the content is [${content.tensor.shape}].`,
      );
    }
    const weights = await this.options.weights(spec.networkName);
    const targets = {
      ...(await this.#targets.get(spec, sources, weights)),
      ...weightInputs(spec, content?.regions, initial.shape),
    };
    const shapes = Object.values({ initial, ...targets }).map(({ shape }) => shape.join('x'));
    const { parameters, steps, state, seed, watch } = request;
    return new Promise((resolve, reject) => {
      this.#pending.push({
        spec,
        batchKey: [spec.key, ...shapes].join(';'),
        initial,
        targets,
        parameters,
        steps,
        state,
        seed,
        regions: content?.regions,
        watch,
        signal,
        settle: { resolve, reject },
      });
      if (!this.#driving) void this.#drive();
    });
  }

  dispose(): void {
    this.#batches.clear();
    this.#targets.clear();
  }

  /** Runs batches until nothing is pending, starting with the batch of the oldest pending item. */
  async #drive(): Promise<void> {
    this.#driving = true;
    while (this.#pending.length > 0) {
      const { batchKey } = this.#pending[0];
      let batch: RunningBatch<Pending>;
      try {
        ({ batch } = await this.#batchOf(this.#pending[0]));
      } catch (error) {
        if (this.#limits.halveAfter(error, batchKey, this.#sizeOf(this.#pending[0]))) continue;
        for (const item of this.#takePending(batchKey)) item.settle.reject(error);
        continue;
      }
      try {
        for (;;) {
          for (const item of this.#takePending(batchKey, batch.free)) {
            item.joinedMs = this.options.now();
            batch.join(item);
          }
          if (batch.active === 0) break;
          await this.#step(batch);
          // A native step blocks the event loop. Yield, so that decoding and encoding can proceed.
          await yieldToEventLoop();
        }
      } catch (error) {
        const items = batch.items();
        this.#batches.delete(batchKey);
        // Its items start over in a smaller batch.
        if (this.#limits.halveAfter(error, batchKey, batch.imageShape[0])) this.#pending.unshift(...items);
        else for (const item of items) item.settle.reject(error);
      }
    }
    this.#driving = false;
  }

  async #step(batch: RunningBatch<Pending>): Promise<void> {
    const before = this.options.now();
    const { active } = batch;
    const [, height, width] = batch.imageShape;
    const { times, outcomes } = await batch.step();
    const steps = active * times;
    this.#totals = addSteps(this.#totals, {
      steps,
      pixelSteps: steps * height * width,
      ms: this.options.now() - before,
    });
    for (const outcome of outcomes) {
      const { settle, joinedMs = 0 } = outcome.item;
      if ('error' in outcome) settle.reject(outcome.error);
      else settle.resolve({ ...outcome.result, elapsedMs: this.options.now() - joinedMs });
    }
  }

  #takePending(batchKey: string, most = Number.POSITIVE_INFINITY): Pending[] {
    const taken: Pending[] = [];
    for (let i = 0; i < this.#pending.length && taken.length < most; ) {
      if (this.#pending[i].batchKey !== batchKey) {
        i++;
        continue;
      }
      const [item] = this.#pending.splice(i, 1);
      if (item.signal?.aborted) item.settle.reject(item.signal.reason);
      else taken.push(item);
    }
    return taken;
  }

  #sizeOf({ batchKey, initial }: Pending): number {
    const [, height, width] = initial.shape;
    return this.#limits.of(batchKey, this.options.batch(height * width));
  }

  #batchOf(item: Pending): Promise<Ready> {
    return this.#batches.get(item.batchKey, async () => {
      const [, height, width] = item.initial.shape;
      const targets = Object.fromEntries(Object.entries(item.targets).map(([name, t]) => [name, t.shape]));
      const weights = await this.options.weights(item.spec.networkName);
      const image = [this.#sizeOf(item), height, width, 3];
      const batch = await RunningBatch.start<Pending>(this.engine, item.spec, weights, image, targets);
      return { batch, bytes: stepGraphBytes(weights, image) };
    });
  }
}
