/** What a loss on one layer's features is. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';

/**
 * A loss between an image's features and a target at one layer. The scaled loss is `compare / scale`: the
 * difference relative to the size of the target, so that a strength means the same for every loss, layer and network.
 */
export interface FeatureLoss {
  /** What is kept of the target image: its features or statistics of them. `[batch, ...]` */
  readonly target: (features: Tensor4D) => Tensor;
  /** The difference per item, unscaled. `[batch]` */
  readonly compare: (features: Tensor4D, target: Tensor) => Tensor1D;
  /** The value that `compare` is divided by: the target's mean square, bounded from below. `[batch]` */
  readonly scale: (target: Tensor) => Tensor1D;
}
