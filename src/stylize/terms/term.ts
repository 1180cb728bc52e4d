/** The interface of a term: one summand of the objective. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape } from '../../engine/engine.js';
import type { ByRole, Role } from '../role.js';

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

/** Random numbers drawn from the item's seed at every step, for example sampled positions or random projections. */
export interface StepInput {
  /** The shape for one item. The input is `[batch, ...shape]`. */
  readonly shape: Shape;
  /** `uniform` in [0, 1), or `normal` with mean 0 and variance 1. */
  readonly kind: 'uniform' | 'normal';
}

/** One summand of the objective: a pure, batched function of features, targets and drawn numbers. */
export interface Term {
  /** The layers it reads from the image being optimized and from its sources. */
  readonly layers: readonly string[];
  /** The source images it takes targets from. */
  readonly sources: readonly Role[];
  /** The parts of its value, for example layers. Each part has its own weight. */
  readonly parts: readonly string[];
  /** Inputs to draw at each step. @param shapes shapes of the features of the image being optimized, by layer */
  readonly stepInputs?: (shapes: Named<Shape>) => Named<StepInput>;
  /** Computes the target of a source image. */
  readonly target: (source: Role, features: Features) => Target;
  /**
   * The unscaled value of every part, `[batch]` each. Gradients must be finite for flat, black and saturated images: do
   * not take a bare square root or divide by a variance.
   * @param targets the target values of each source, `[batch, ...]` each
   * @param drawn the inputs that `stepInputs` declares
   */
  readonly value: (
    features: Features,
    targets: ByRole<Named<Tensor>>,
    drawn: Named<Tensor>,
  ) => Named<Tensor1D>;
}

/** Where a recipe applies a loss. */
export interface Place {
  /** The source image to compare with. */
  readonly role: Role;
  readonly layers: readonly string[];
}

/** A kind of loss: makes a term for a place in the recipe. */
export type Loss = (place: Place) => Term;
