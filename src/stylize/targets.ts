/** Targets of content and style images: computed once for an image, and kept. @module */
import pLimit from 'p-limit';
import type { Compiled, Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { runOnce } from '../engine/run-once.js';
import { WildstyleError } from '../errors.js';
import { AsyncCache } from '../files/async-cache.js';
import { graphShares, targetGraphBytes } from './graph-memory.js';
import { targetFunction } from './objective.js';
import type { ByRole, Role } from './role.js';
import { type Spec, targetKeys } from './spec.js';

/** An image with a name that is equal for equal pixels. */
export interface SourceImage {
  readonly key: string;
  /** `[1, height, width, 3]`, RGB in [0, 1] */
  readonly tensor: HostTensor;
}

const mostBytes = 512e6;

export class TargetCache {
  readonly #targets = new AsyncCache<Named<HostTensor>>({
    maxSize: mostBytes,
    sizeOf: (targets) => Object.values(targets).reduce((sum, { data }) => sum + data.byteLength, 0),
  });
  readonly #graphs: AsyncCache<{ readonly compiled: Compiled; readonly bytes: number }>;
  /** One at a time: a graph must not fall out of its cache while it runs. */
  readonly #compute = pLimit(1);

  /** @param graphBytes bound on what compiled graphs hold, about, of which a part is for graphs of targets; the latest is always kept */
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
   * What the objective has to know of its sources, as the target functions return it: `[1, ...]` each.
   * @throws `internal` when a source that a term needs is missing
   */
  async get(spec: Spec, sources: ByRole<SourceImage>, weights: WeightSet): Promise<Named<HostTensor>> {
    const targets = await Promise.all(
      Object.entries(targetKeys(spec)).map(([name, key]) => {
        const role = name as Role;
        const source = sources[role];
        if (!source) throw new WildstyleError('internal', `The objective needs a ${role} image.`);
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
    { key, tensor }: SourceImage,
    weights: WeightSet,
  ): Promise<Named<HostTensor>> {
    const graphKey = `${targetKey};${tensor.shape.join('x')}`;
    return this.#targets.get(`${graphKey};${key}`, () =>
      this.#compute(async () => {
        const { compiled } = await this.#graphs.get(graphKey, async () => ({
          compiled: await this.engine.compile(targetFunction(spec, role), { image: tensor.shape }, weights),
          bytes: targetGraphBytes(weights, tensor.shape),
        }));
        return runOnce(this.engine, compiled, { image: tensor });
      }),
    );
  }
}
