/** What an optimizer is: one batched step as a TF.js function, with its state outside. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape, Value } from '../../engine/engine.js';

/** What one step starts from. */
export interface StepInputs {
  /** `[batch, height, width, 3]`, RGB in [0, 1] */
  readonly image: Tensor4D;
  /** The objective at the image: `[batch, 1, 1, 1]` */
  readonly loss: Tensor4D;
  /** Its gradient with respect to the image, which has the image's shape. */
  readonly gradient: Tensor4D;
  readonly state: Named<Tensor>;
  /** `[batch, 1, 1, 1]` */
  readonly learningRate: Tensor4D;
}

/** What one step computes. */
export interface StepResult {
  readonly image: Tensor4D;
  /**
   * 1 where the image that came in is a point of the optimization, 0 where it was a trial that went wrong and is
   * taken back: `[batch, 1, 1, 1]`.
   */
  readonly accepted: Tensor4D;
  /** New state tensors, under names that {@link Optimizer.advance} knows. */
  readonly state: Named<Tensor>;
}

/**
 * A batched optimizer. State tensors have a batch dimension, and an item whose rows are all zero begins anew: that
 * is how an item joins a running batch.
 */
export interface Optimizer {
  readonly defaultLearningRate: number;
  /** The state's tensors by name, for a batch of images of this shape. */
  readonly state: (image: Shape) => Named<Shape>;
  /** One step for every item. */
  readonly step: (inputs: StepInputs) => StepResult;
  /**
   * The next step's state out of this step's state and what it produced, by handle: nothing is copied. A handle left
   * out is disposed by the caller.
   */
  readonly advance: (state: Named<Value>, produced: Named<Value>) => Named<Value>;
}

/** Sums over these axes, with the dimensions kept, are `[batch, 1, 1, 1]`. */
export const itemAxes = [1, 2, 3];
