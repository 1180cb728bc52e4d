/** Computes and caches the targets of content and style images. @module */
import pLimit from 'p-limit';
import type { Compiled, Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { runOnce } from '../engine/run-once.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { graphShares, targetGraphBytes } from './graph-memory.js';
import { targetFunction } from './objective.js';
import { sourceInputs } from './regions/guide-inputs.js';
import type { Regions } from './regions/regions.js';
import type { ByRole, Role } from './role.js';
import { type Spec, targetKeys, termsFrom } from './spec.js';

/** An image with a key that is equal for equal pixels. */
export interface SourceImage {
  readonly key: string;
  /** `[1, height, width, 3]`, RGB in [0, 1] */
  readonly tensor: HostTensor;
  /** Its regions, for guided terms. */
  readonly regions?: Regions | undefined;
}

const mostBytes = 512e6;

export class TargetCache {
  readonly #targets = new AsyncCache<Named<HostTensor>>({
    maxSize: mostBytes,
    sizeOf: (targets) => Object.values(targets).reduce((sum, { data }) => sum + data.byteLength, 0),
  });
  readonly #graphs: AsyncCache<{ readonly compiled: Compiled; readonly bytes: number }>;
  /** Runs one graph at a time, so that no graph is evicted from the cache while it runs. */
  readonly #compute = pLimit(1);

  /**
   * @param graphBytes approximate limit on the memory of all compiled graphs, in bytes. Target graphs get a share of it.
   *   The latest graph is always kept
   */
  constructor(
    private readonly engine: Engine,
    graphBytes: number,
  ) {
    const maxSize = Math.max(1, Math.floor(graphBytes * graphShares.targets));
    this.#graphs = new AsyncCache({
      maxSize,
      sizeOf: ({ bytes }) => Math.min(maxSize, bytes),
      dispose: ({ compiled }) => compiled.dispose(),
    });
  }

  /**
   * The targets and scales of an objective's sources, as returned by the target functions: `[1, ...]` each.
   * @throws `internal` if a source that a term needs is missing
   */
  async get(spec: Spec, sources: ByRole<SourceImage>, weights: WeightSet): Promise<Named<HostTensor>> {
    const targets = await Promise.all(
      Object.entries(targetKeys(spec)).map(([name, key]) => {
        const role = name as Role;
        const source = sources[role];
        if (!source)
          throw new WildstyleError('internal', `The objective needs a ${role} image, but there is none.`);
        return this.#ofImage(spec, role, key, source, weights);
      }),
    );
    return Object.assign({}, ...targets);
  }

  clear(): void {
    this.#graphs.clear();
    this.#targets.clear();
  }

  #ofImage(
    spec: Spec,
    role: Role,
    targetKey: string,
    { key, tensor, regions }: SourceImage,
    weights: WeightSet,
  ): Promise<Named<HostTensor>> {
    const graphKey = `${targetKey};${tensor.shape.join('x')}`;
    const terms = termsFrom(spec, role);
    const part = { network: spec.network, terms };
    const isGuided = terms.some(({ term }) => term.isGuided);
    return this.#targets.get(`${graphKey};${key}${isGuided ? `;${regions?.key}` : ''}`, () =>
      this.#compute(async () => {
        const inputs = { image: tensor, ...sourceInputs(part, regions, tensor.shape) };
        const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
        const { compiled } = await this.#graphs.get(graphKey, async () => ({
          compiled: await this.engine.compile(targetFunction(spec, role), shapes, weights),
          bytes: targetGraphBytes(weights, tensor.shape),
        }));
        return runOnce(this.engine, compiled, inputs);
      }),
    );
  }
}
