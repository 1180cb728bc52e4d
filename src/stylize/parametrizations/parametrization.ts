/** What is optimized, and how it becomes an image. @module */
import type { Tensor4D } from '@tensorflow/tfjs';
import type { HostTensor, Shape } from '../../engine/engine.js';

/** Variables have the rank of images, so that optimizers need not know what they are. */
export interface Parametrization {
  /** The shape of the variables. @param image `[batch, height, width, 3]` */
  readonly shape: (image: Shape) => Shape;
  /** The variables of an image. @param image `[1, height, width, 3]` */
  readonly encode: (image: HostTensor) => HostTensor;
  /** The image of variables, the same as {@link decode} computes. */
  readonly image: (variables: HostTensor) => HostTensor;
  /** The image of variables as a TF.js function: `[batch, height, width, 3]`, RGB in [0, 1]. */
  readonly decode: (variables: Tensor4D) => Tensor4D;
  /** Moves new variables to where they may be. */
  readonly project: (variables: Tensor4D) => Tensor4D;
}
