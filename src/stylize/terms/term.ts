/** A term: one addend of the objective. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape } from '../../engine/engine.js';
import type { ByRole, Role } from '../role.js';

/** Features by layer, `[batch, height, width, channels]`. The image itself, RGB in [0, 1], is the layer {@link pixels}. */
export type Features = Named<Tensor4D>;

/** The name under which a term reads the image itself. */
export const pixels = 'pixels';

/** What a term keeps of a source image. Computed once per image and cached. */
export interface Target {
  /** Features or statistics of them, `[1, ...]` each. */
  readonly values: Named<Tensor>;
  /**
   * What a part of the term is divided by, `[1]`: its size for the target, bounded from below. It makes weights comparable
   * between losses, layers, networks and sizes. A part without a scale is not divided.
   */
  readonly scales: Named<Tensor1D>;
}

/** Numbers drawn anew for every step from the item's seed: sampled positions, random projections. */
export interface StepInput {
  /** Of one item; the input is `[batch, ...shape]`. */
  readonly shape: Shape;
  /** `uniform` in [0, 1), or `normal` with mean 0 and variance 1. */
  readonly kind: 'uniform' | 'normal';
}

/** One addend of the objective: a pure function of features, targets and drawn numbers, batched. */
export interface Term {
  /** The layers it reads, of the image being made and of its sources. */
  readonly layers: readonly string[];
  /** The sources it takes targets from. */
  readonly sources: readonly Role[];
  /** The parts of its value, each with a weight: the layers of a one-layer loss, for example. */
  readonly parts: readonly string[];
  /** Inputs drawn for each step. @param shapes of the features of the image being made, by layer */
  readonly stepInputs?: (shapes: Named<Shape>) => Named<StepInput>;
  /** What to keep of a source image. */
  readonly target: (source: Role, features: Features) => Target;
  /**
   * The unscaled value of every part, `[batch]` each. Gradients must be finite for flat, black and saturated images: no
   * bare square root, no division by a variance.
   * @param targets the values kept of each source, with a batch dimension
   * @param drawn the inputs that `stepInputs` asked for
   */
  readonly value: (
    features: Features,
    targets: ByRole<Named<Tensor>>,
    drawn: Named<Tensor>,
  ) => Named<Tensor1D>;
}

/** Where a recipe puts a loss. */
export interface Place {
  /** The source that the image is compared with. */
  readonly role: Role;
  readonly layers: readonly string[];
}

/** A kind of term: makes the term of a place in the recipe. */
export type Loss = (place: Place) => Term;
