/** Features of images for the probe: means and maxima of deep layers of the job's network. @module */
import * as tf from '@tensorflow/tfjs';
import type { Compiled, Engine, HostTensor, WeightSet } from '../engine/engine.js';
import { resizeTensor } from '../images/resize.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';

/** Images are compared at this size, stretched to a square. */
export const probeSizePx = 96;
/** Layers are divided into as many fields along each edge, and each field gives a mean. */
const fields = 2;
const deepest = 3;

/** Computes features on one engine. */
export class FeatureReader {
  #compiled: Promise<Compiled> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly network: NetworkName,
    private readonly weights: () => Promise<WeightSet>,
  ) {}

  /** @param image `[1, height, width, 3]`, RGB in [0, 1] */
  async read(image: HostTensor): Promise<Float64Array> {
    this.#compiled ??= this.#compile();
    const compiled = await this.#compiled;
    const shape = [1, probeSizePx, probeSizePx, 3];
    const input = this.engine.put(resizeTensor(image, shape));
    const { features } = await compiled.run({ image: input });
    const values = await this.engine.read(features);
    input.dispose();
    features.dispose();
    return Float64Array.from(values);
  }

  async #compile(): Promise<Compiled> {
    const { layers, features, defaults } = networks[this.network];
    const chosen = layers
      .filter((layer) => layer.startsWith('relu') || layer.startsWith('fire'))
      .slice(-deepest);
    return this.engine.compile(
      ({ image }, weights) => {
        const found = features(image as tf.Tensor4D, weights, chosen, defaults.pooling);
        const parts = chosen.flatMap((layer) => {
          const x = found[layer];
          const [, height, width] = x.shape;
          const size: [number, number] = [Math.floor(height / fields), Math.floor(width / fields)];
          const means = tf.avgPool(x, size, size, 'valid');
          return [tf.reshape(tf.max(x, [1, 2]), [-1]), tf.reshape(means, [-1])];
        });
        return { features: tf.concat(parts) };
      },
      { image: [1, probeSizePx, probeSizePx, 3] },
      await this.weights(),
    );
  }

  async dispose(): Promise<void> {
    (await this.#compiled)?.dispose();
  }
}
