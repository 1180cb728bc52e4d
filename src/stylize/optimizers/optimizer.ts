/** What an optimiser is: one batched step as a TF.js function, with its state outside. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape, Value } from '../../engine/engine.js';

/** What one step computes. */
export interface StepResult {
  readonly image: Tensor4D;
  /** New state tensors, under names that {@link Optimizer.advance} knows. */
  readonly state: Named<Tensor>;
}

/**
 * A batched optimiser. State tensors have a batch dimension, and an item whose rows are all zero begins anew: that
 * is how an item joins a running batch.
 */
export interface Optimizer {
  readonly defaultLearningRate: number;
  /** The state's tensors by name, for a batch of images of this shape. */
  readonly state: (image: Shape) => Named<Shape>;
  /**
   * One step for every item.
   * @param image `[batch, height, width, 3]`, in [0, 1]
   * @param gradient of the objective with respect to the image, same shape
   * @param learningRate `[batch, 1, 1, 1]`
   */
  readonly step: (image: Tensor4D, gradient: Tensor4D, state: Named<Tensor>, learningRate: Tensor4D) => StepResult;
  /**
   * The next step's state out of this step's inputs (`image` and the state) and outputs, by handle: nothing is
   * copied. A handle left out is disposed by the caller.
   */
  readonly advance: (image: Value, state: Named<Value>, produced: Named<Value>) => Named<Value>;
}

/** Sum over everything but the batch, with the dimensions kept: `[batch, 1, 1, 1]`. */
export const itemAxes = [1, 2, 3];
