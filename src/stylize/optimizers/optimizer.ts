/** The interface of an optimizer: one batched step as a TF.js function with external state. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape, Value } from '../../engine/engine.js';
import type { Decay } from '../schedule/decay.js';

/** Numbers of an optimizer that each item has for itself. They are inputs of the step, `[batch, 1, 1, 1]` each. */
export const optimizerNumbers = ['learningRate', 'momentum', 'average'] as const;
export type OptimizerNumber = (typeof optimizerNumbers)[number];

/** The inputs of one step. */
export interface StepInputs {
  /** `[batch, height, width, 3]`, RGB */
  readonly image: Tensor4D;
  /** The objective at the image: `[batch, 1, 1, 1]`. */
  readonly loss: Tensor4D;
  /** The gradient of the objective with respect to the image: `[batch, height, width, 3]`. */
  readonly gradient: Tensor4D;
  readonly state: Named<Tensor>;
  /** The numbers that the optimizer names: `[batch, 1, 1, 1]` each. */
  readonly numbers: Named<Tensor4D>;
  /** Moves a new point to where images may be. */
  readonly project: (image: Tensor4D) => Tensor4D;
}

/** The outputs of one step. */
export interface StepResult {
  readonly image: Tensor4D;
  /**
   * `[batch, 1, 1, 1]`: 1 if the input image is accepted as a point of the optimization, 0 if it was a trial step that is
   * rejected and undone.
   */
  readonly accepted: Tensor4D;
  /** New state tensors, under names that {@link Optimizer.advance} expects. */
  readonly state: Named<Tensor>;
}

/** Default settings of an optimizer. A setting that is missing here has no effect on it. */
export interface OptimizerDefaults {
  readonly learningRate: number;
  readonly decay: Decay;
  readonly momentum?: number;
  /** Number of pairs of steps and gradient changes to remember. */
  readonly history?: number;
  /** Decay of the average of iterates; 0 for none. Only first-order optimizers have it. */
  readonly average?: number;
}

/**
 * A batched optimizer. State tensors have a batch dimension. An item starts from scratch if its rows are all zero, which
 * is how items join a running batch.
 */
export interface Optimizer {
  readonly defaults: OptimizerDefaults;
  /** The numbers that its step needs. */
  readonly numbers: readonly OptimizerNumber[];
  /**
   * For how many steps the numbers that terms draw must stay the same, because the optimizer compares losses and gradients
   * of several steps. It starts from scratch when they change. 1 by default.
   */
  readonly steadySteps?: number;
  /** The shapes of the state tensors by name, for a batch of images of this shape. */
  readonly state: (image: Shape) => Named<Shape>;
  /** Computes one step for every item. */
  readonly step: (inputs: StepInputs) => StepResult;
  /**
   * Selects the next step's state from this step's state and outputs. It moves handles and copies nothing. The caller
   * disposes the handles that are left out.
   * @param hasMoved whether the point of any item was accepted
   */
  readonly advance: (state: Named<Value>, produced: Named<Value>, hasMoved: boolean) => Named<Value>;
  /**
   * State that continues at the next size, resized as the image is: by name, the power of the gradient that it is proportional
   * to. Losses are means over places, so gradients shrink as the number of pixels grows. The rest starts over.
   */
  readonly carried?: Readonly<Record<string, number>>;
  /** The image to deliver, if it is not the last iterate: computed from one item's values of the state tensors in `from`. */
  readonly delivered?: {
    readonly from: readonly string[];
    readonly image: (state: Named<Float32Array>) => Float32Array;
  };
}

/** The axes of one item. Summing over them with `keepDims` gives `[batch, 1, 1, 1]`. */
export const itemAxes = [1, 2, 3];
