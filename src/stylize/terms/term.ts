/** The interface of a term: one summand of the objective. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape } from '../../engine/engine.js';
import type { ByRole, Role } from '../role.js';
import type { LossParameter } from './parameters.js';
import type { Guide, RegionPlace } from './shared/region.js';

/** Features by layer, `[batch, height, width, channels]`. Layer {@link pixels} is the image itself, RGB in [0, 1]. */
export type Features = Named<Tensor4D>;

/** The layer name of the image itself. */
export const pixels = 'pixels';

/** What a term needs to know about a source image. Computed once per image and cached. */
export interface Target {
  /** Features, or statistics of features, `[1, ...]` each. */
  readonly values: Named<Tensor>;
  /**
   * The magnitude of the loss for this image by part, `[1]` each, with a lower bound. A part is divided by the mean of the
   * scales that its sources give, which makes weights comparable between losses, layers, networks, pairs and sizes. A part
   * without a scale is not divided.
   */
  readonly scales: Named<Tensor1D>;
}

/**
 * Random numbers drawn from the item's seed at every step, or every few steps if the optimizer needs that, for example
 * sampled positions or random projections.
 */
export interface StepInput {
  /** The shape for one item. The input is `[batch, ...shape]`. */
  readonly shape: Shape;
  /** `uniform` in [0, 1), `normal` with mean 0 and variance 1, or places `[count, 2]` in a region of the image. */
  readonly kind: 'uniform' | 'normal' | 'places';
  /** The region of `places`. */
  readonly region?: number;
}

/** What a term is given besides features and targets. */
export interface Given {
  /** The inputs that {@link Term.stepInputs} declares. */
  readonly drawn: Named<Tensor>;
  /** The inputs that {@link Term.numbers} lists, `[batch]` each. */
  readonly numbers: Named<Tensor1D>;
  /** The regions of the image being optimized; given to guided terms. */
  readonly guide?: Guide | undefined;
}

/** One summand of the objective: a pure, batched function of features, targets and given numbers. */
export interface Term {
  /** The layers it reads from the image being optimized and from its sources. */
  readonly layers: readonly string[];
  /** The source images it takes targets from. */
  readonly sources: readonly Role[];
  /** The parts of its value, for example layers. Each part has its own weight. */
  readonly parts: readonly string[];
  /**
   * The share of each part in the weight of the term. Without it, the parts are layers and have their shares.
   * @param layers the layers' shares, which add up to one
   * @param numbers the loss's number parameters
   */
  readonly shares?: (layers: Named<number>, numbers: Named<number>) => Named<number>;
  /**
   * Factor on relative weights, for a loss without scale or with a slope unlike that of the Gram loss: with it, a strength
   * changes an image about as much as with that one, measured on photographs with VGG-19. 1 by default.
   */
  readonly gain?: number;
  /** Numbers of the item that it reads: parameters of the loss, and {@link shareOf} layers. */
  readonly numbers?: readonly string[];
  /** Inputs to draw at each step. @param shapes shapes of the features of the image being optimized, by layer */
  readonly stepInputs?: (shapes: Named<Shape>) => Named<StepInput>;
  /** Whether it looks at a region only. */
  readonly isGuided?: boolean;
  /** Computes the target of a source image. @param guide the regions of the source, for guided terms */
  readonly target: (source: Role, features: Features, guide?: Guide) => Target;
  /**
   * The unscaled value of every part, `[batch]` each. Gradients must be finite for flat, black and saturated images: do
   * not take a bare square root or divide by a variance.
   * @param targets the target values of each source, `[batch, ...]` each
   */
  readonly value: (features: Features, targets: ByRole<Named<Tensor>>, given: Given) => Named<Tensor1D>;
}

/** The name of the number that is a layer's share in the weight of a term. */
export const shareOf = (layer: string): string => `${layer}/share`;

/** Where a recipe applies a loss. */
export interface Place {
  /** The source image to compare with. */
  readonly role: Role;
  readonly layers: readonly string[];
  /** The region to compare with the same region of the source image. Default: the whole image. */
  readonly region?: RegionPlace | undefined;
}

/** Parameters of a loss that decide its graph, by name: words and whole numbers. */
export type Settings = Named<string | number>;

/** A kind of loss: makes a term for a place in the recipe. */
export interface Loss {
  /** Its parameters, which are keys of the recipe. */
  readonly parameters: Named<LossParameter>;
  /** @param settings one for each parameter of kind `word` or `count` */
  readonly term: (place: Place, settings: Settings) => Term;
}
