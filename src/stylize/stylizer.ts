/**
 * The stylizer: takes items one at a time, optimizes them many at a time on one engine. Compiled graphs, and the
 * targets of content and style images, are made once and kept.
 * @module
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Engine, HostTensor, WeightSet } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { type BatchItem, type Optimized, RunningBatch, type Watch } from './batch.js';
import { graphShares, stepGraphBytes } from './graph-memory.js';
import type { NetworkName } from './networks/index.js';
import type { ByRole } from './role.js';
import type { Parameters, Spec } from './spec.js';
import { addSteps, noSteps, type StepTotals } from './step-totals.js';
import { type SourceImage, TargetCache } from './targets.js';

/** An item to optimize. */
export interface StylizeRequest {
  readonly spec: Spec;
  readonly parameters: Parameters;
  readonly steps: number;
  /** Seed of what terms draw for each step. */
  readonly seed: number;
  readonly sources: ByRole<SourceImage>;
  /** Where the optimization starts: the shape of the content, where there is one. */
  readonly initial: HostTensor;
  readonly watch?: Watch | undefined;
}

/** A finished item with the time it spent in its batch. */
export interface Stylized extends Optimized {
  readonly elapsedMs: number;
}

export interface StylizerOptions {
  /** How many items of a shape are optimized together, by the pixels of one. */
  readonly batch: (pixels: number) => number;
  /**
   * Bound on the bytes that compiled graphs hold, about. There is one for each shape of images, which is kept for the next
   * image of that shape; the latest always is.
   */
  readonly graphBytes: number;
  readonly weights: (network: NetworkName) => Promise<WeightSet>;
  /** Where targets are kept; by default the stylizer's own. */
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

/** A batch that is kept for the next item of its graph and shape. */
interface Ready {
  readonly batch: RunningBatch<Pending>;
  readonly bytes: number;
}

export class Stylizer {
  readonly #pending: Pending[] = [];
  readonly #targets: TargetCache;
  readonly #batches: AsyncCache<Ready>;
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

  /** All optimization steps so far. */
  get totals(): StepTotals {
    return this.#totals;
  }

  /**
   * Stylizes one item, together with others that were asked for and not yet finished.
   * @param signal drops the item when it is aborted before the item's first step; the promise then rejects with the
   *   signal's reason
   * @throws `shape-mismatch` when initial image and content differ, `layer-unknown`, `weights-missing`, `loss-diverged`, and what the engine throws
   */
  async stylize(request: StylizeRequest, signal?: AbortSignal): Promise<Stylized> {
    const { spec, initial, sources } = request;
    const { content } = sources;
    if (content && initial.shape.join() !== content.tensor.shape.join()) {
      throw new WildstyleError(
        'shape-mismatch',
        `The initial image is [${initial.shape}], the content [${content.tensor.shape}].`,
      );
    }
    const weights = await this.options.weights(spec.networkName);
    const targets = await this.#targets.get(spec, sources, weights);
    const shapes = Object.values({ initial, ...targets }).map(({ shape }) => shape.join('x'));
    const { parameters, steps, seed, watch } = request;
    return new Promise((resolve, reject) => {
      this.#pending.push({
        spec,
        batchKey: [spec.key, ...shapes].join(';'),
        initial,
        targets,
        parameters,
        steps,
        seed,
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

  /** Runs batches until nothing is pending. Items of the oldest item's batch go first. */
  async #drive(): Promise<void> {
    this.#driving = true;
    while (this.#pending.length > 0) {
      const { batchKey } = this.#pending[0];
      let batch: RunningBatch<Pending>;
      try {
        ({ batch } = await this.#batchOf(this.#pending[0]));
      } catch (error) {
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
          // A native step blocks the event loop; decoding and encoding get their turn here.
          await yieldToEventLoop();
        }
      } catch (error) {
        for (const item of batch.items()) item.settle.reject(error);
        this.#batches.delete(batchKey);
      }
    }
    this.#driving = false;
  }

  async #step(batch: RunningBatch<Pending>): Promise<void> {
    const before = this.options.now();
    const { active } = batch;
    const [, height, width] = batch.imageShape;
    const outcomes = await batch.step();
    this.#totals = addSteps(this.#totals, {
      steps: active,
      pixelSteps: active * height * width,
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

  #batchOf(item: Pending): Promise<Ready> {
    return this.#batches.get(item.batchKey, async () => {
      const [, height, width] = item.initial.shape;
      const targets = Object.fromEntries(Object.entries(item.targets).map(([name, t]) => [name, t.shape]));
      const weights = await this.options.weights(item.spec.networkName);
      const image = [this.options.batch(height * width), height, width, 3];
      const batch = await RunningBatch.start<Pending>(this.engine, item.spec, weights, image, targets);
      return { batch, bytes: stepGraphBytes(weights, image) };
    });
  }
}
