/** Targets of content and style images: computed once for an image, and kept. @module */
import pLimit from 'p-limit';
import type { Compiled, Engine, HostTensor, Named, WeightSet } from '../engine/engine.js';
import { runOnce } from '../engine/run-once.js';
import { AsyncCache } from '../files/async-cache.js';
import { graphShares, targetGraphBytes } from './graph-memory.js';
import { targetFunction } from './objective.js';
import type { Spec } from './spec.js';

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

  /** What the objective has to know of both images, as the target functions return it: `[1, ...]` each. */
  async get(
    spec: Spec,
    images: { readonly content: SourceImage; readonly style: SourceImage },
    weights: WeightSet,
  ): Promise<Named<HostTensor>> {
    const [content, style] = await Promise.all(
      (['content', 'style'] as const).map((side) => this.#ofImage(spec, side, images[side], weights)),
    );
    return { ...content, ...style };
  }

  clear(): void {
    this.#graphs.clear();
    this.#targets.clear();
  }

  #ofImage(
    spec: Spec,
    side: 'content' | 'style',
    { key, tensor }: SourceImage,
    weights: WeightSet,
  ): Promise<Named<HostTensor>> {
    const graphKey = `${side};${spec.targetKeys[side]};${tensor.shape.join('x')}`;
    return this.#targets.get(`${graphKey};${key}`, () =>
      this.#compute(async () => {
        const { compiled } = await this.#graphs.get(graphKey, async () => ({
          compiled: await this.engine.compile(targetFunction(spec, side), { image: tensor.shape }, weights),
          bytes: targetGraphBytes(weights, tensor.shape),
        }));
        return runOnce(this.engine, compiled, { image: tensor });
      }),
    );
  }
}
