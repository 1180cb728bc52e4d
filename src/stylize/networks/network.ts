/** The interface of a feature network. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape, WeightSet } from '../../engine/engine.js';
import type { OptimizerName } from '../optimizers/index.js';

/** How a network downsamples between blocks. */
export const poolings = ['max', 'average'] as const;
export type Pooling = (typeof poolings)[number];

/** What lies beyond the border of an image: copies of its border before the second pooling, before the first layer, or zeros. */
export const paddings = ['replicate', 'first', 'zeros'] as const;
export type Padding = (typeof paddings)[number];

/** Defaults of the recipe parameters whose best values depend on the network. */
export interface NetworkDefaults {
  /** Relative weights by layer. */
  readonly contentLayers: Named<number>;
  readonly styleLayers: readonly string[];
  readonly pooling: Pooling;
  readonly optimizer: OptimizerName;
  /** Weight of the total variation term. */
  readonly totalVariation: number;
  /** Whether to start at half the size. */
  readonly coarseStage: boolean;
  /** Whether features are smoothed before they are compared. */
  readonly smoothing: boolean;
}

/** A feature extractor, pretrained or random, as a pure TF.js function. */
export interface Network {
  /** The names of all layers, in order from the input: `conv1_1`, `relu1_1`, `pool1`, ... */
  readonly layers: readonly string[];
  /** Defaults for recipes that use this network. */
  readonly defaults: NetworkDefaults;
  /** Smallest image side in pixels for which the deepest layer is not empty. */
  readonly minimumSizePx: number;
  /** Whether weights must be loaded from a file. If not, the network has its own. */
  readonly needsWeights: boolean;
  /** Whether weights can be loaded from a file. */
  readonly takesWeights: boolean;
  /**
   * Loads the weights.
   * @param file the bytes of a safetensors file; required if `needsWeights`, ignored unless `takesWeights`
   * @throws `weights-missing`, `weights-invalid`
   */
  readonly loadWeights: (file?: Uint8Array) => Promise<WeightSet>;
  /** The shape of a layer's features, `[batch, height, width, channels]`. @param image `[batch, height, width, 3]` */
  readonly shapeAt: (layer: string, image: Shape) => Shape;
  /**
   * Computes the features of the given layers, and nothing deeper than the deepest of them.
   * @param padding for networks of the kind of VGG; default `replicate`
   * @param image `[batch, height, width, 3]`, RGB in [0, 1]; this function applies the network's preprocessing
   * @returns layer name to `[batch, height, width, channels]`
   */
  readonly features: (
    image: Tensor4D,
    weights: Named<Tensor>,
    layers: readonly string[],
    pooling: Pooling,
    padding?: Padding,
  ) => Named<Tensor4D>;
}
