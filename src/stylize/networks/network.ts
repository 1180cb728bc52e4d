/** What a feature network is. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape, WeightSet } from '../../engine/engine.js';
import type { OptimizerName } from '../optimizers/index.js';

/** How a network halves its features between blocks. */
export const poolings = ['max', 'average'] as const;
export type Pooling = (typeof poolings)[number];

/** The values of those parameters that are good for one network and bad for another. */
export interface NetworkDefaults {
  readonly contentLayers: readonly string[];
  readonly styleLayers: readonly string[];
  readonly pooling: Pooling;
  readonly optimizer: OptimizerName;
  /** Weight of the total variation term. */
  readonly totalVariation: number;
}

/** A pretrained (or random) feature extractor, as a pure TF.js function. */
export interface Network {
  /** Every layer that can be named, from the input upwards: `conv1_1`, `relu1_1`, `pool1`, ... */
  readonly layers: readonly string[];
  /** What a recipe that does not say gets. */
  readonly defaults: NetworkDefaults;
  /** Pixels must be at least this large, so that the deepest layer is not empty. */
  readonly minimumSizePx: number;
  /** Whether weights have to be loaded from a file; a network without makes its own. */
  readonly needsWeights: boolean;
  /** The weights from a safetensors file's bytes (needed where `needsWeights`), or the network's own. */
  readonly loadWeights: (file?: Uint8Array) => Promise<WeightSet>;
  /** The shape of the features at a layer. @param image `[batch, height, width, 3]` */
  readonly shapeAt: (layer: string, image: Shape) => Shape;
  /**
   * The features at the layers named, computed no deeper than the deepest of them.
   * @param image `[batch, height, width, 3]`, RGB in [0, 1]; the network's preprocessing is applied inside
   * @returns layer name to `[batch, height, width, channels]`
   */
  readonly features: (
    image: Tensor4D,
    weights: Named<Tensor>,
    layers: readonly string[],
    pooling: Pooling,
  ) => Named<Tensor4D>;
}
