/** What is trained: the contract between a task and the trainer. @module */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { HostTensor, Named, Shape, WeightSet } from '../engine/engine.js';
import type { TrainingOptimizer } from './optimizers/optimizer.js';

/** The tensors that a loss is computed from. */
export interface LossInput {
  readonly parameters: Named<Tensor>;
  readonly batch: Named<Tensor>;
  readonly frozen: Named<Tensor>;
  readonly buffers: Named<Tensor>;
}

/** What a loss returns. */
export interface LossOutput {
  readonly loss: Scalar;
  /** Numbers to report with the loss, such as its parts or an accuracy. */
  readonly metrics?: Named<Scalar>;
  /** Tensors to report with the loss, such as images that the next batches are made of. */
  readonly outputs?: Named<Tensor>;
  /** New values of the buffers; those that are left out stay as they are. */
  readonly buffers?: Named<Tensor>;
}

/** Something to train. */
export interface TrainingTask {
  /** Initial values of what is learned. */
  readonly parameters: Named<HostTensor>;
  /** Constants of the step, e.g. a teacher's weights. */
  readonly frozen?: WeightSet;
  /** Values that the loss updates without a gradient, e.g. running means. */
  readonly buffers?: Named<HostTensor>;
  /** Shapes of the inputs of one step. */
  readonly batch: Named<Shape>;
  /**
   * Pure TF.js. It may contain gradients, e.g. with respect to an image; the whole is then differentiated again. What is
   * differentiated twice must not use operations whose gradient TF.js computes from their result (`exp`, `tanh`,
   * `sigmoid`, `elu`, `softmax`), since TF.js then loses terms of second order without saying so; and pooling must be that of
   * `engine/pooling.ts`.
   */
  readonly loss: (given: LossInput) => LossOutput;
  /** Adam by default. */
  readonly optimizer?: TrainingOptimizer;
}

/** All that a training is after some steps, on the host. A trainer that continues from it repeats nothing. */
export interface TrainingState {
  /** Number of updates so far. */
  readonly step: number;
  readonly parameters: Named<HostTensor>;
  readonly buffers: Named<HostTensor>;
  /** The optimizer's moments by name, each by the name of the parameter. */
  readonly moments: Named<Named<HostTensor>>;
}

/** What is known about one step. */
export interface StepReport {
  /** The loss of the parameters before the update. */
  readonly loss: number;
  readonly metrics: Named<number>;
  readonly outputs: Named<HostTensor>;
}
