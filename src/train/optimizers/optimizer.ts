/** The interface of the optimizers that train parameters. @module */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { Named } from '../../engine/engine.js';

/** What an optimizer sees of one parameter in one step. */
export interface UpdateInput {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The parameter's moments by name, of its own shape; all zeros before the first step. */
  readonly moments: Named<Tensor>;
  /** The numbers of {@link TrainingOptimizer.factors}. */
  readonly factors: Named<Scalar>;
}

/** A first-order optimizer, elementwise, as a pure TF.js function. */
export interface TrainingOptimizer {
  /** The names of the moments that it keeps for every parameter. */
  readonly moments: readonly string[];
  /**
   * Numbers of one step that depend on nothing but its number and its learning rate; computed on the host.
   * @param step counts from 1
   */
  readonly factors: (step: number, learningRate: number) => Named<number>;
  /** Returns the updated parameter and its updated moments. */
  readonly update: (given: UpdateInput) => { readonly parameter: Tensor; readonly moments: Named<Tensor> };
}

/**
 * Whether weight decay applies to a parameter: to filters and matrices, not to biases and scales, whose size says
 * nothing about the complexity of the function.
 */
export const isDecayed = (parameter: Tensor): boolean => parameter.rank > 1;
