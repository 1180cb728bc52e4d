/** Makes terms from losses that compare one layer at a time. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Loss } from './term.js';

/** A loss that compares the features of one layer with a target. */
export interface LayerLoss {
  /** The target: the source image's features, or statistics of them. `[batch, ...]` */
  readonly target: (features: Tensor4D) => Tensor;
  /** The unscaled difference of each item. `[batch]` */
  readonly compare: (features: Tensor4D, target: Tensor) => Tensor1D;
  /** The divisor of `compare`: the mean square of the target, with a lower bound. `[batch]` */
  readonly scale: (target: Tensor) => Tensor1D;
}

/** Makes the loss a term with one part per layer. */
export function perLayer({ target, compare, scale }: LayerLoss): Loss {
  return ({ role, layers }) => ({
    layers,
    sources: [role],
    parts: layers,
    target(_, features) {
      const values = Object.fromEntries(layers.map((layer) => [layer, target(features[layer])]));
      const scales = Object.fromEntries(layers.map((layer) => [layer, scale(values[layer])]));
      return { values, scales };
    },
    value: (features, targets) =>
      Object.fromEntries(
        layers.map((layer) => [layer, compare(features[layer], targets[role]?.[layer] as Tensor)]),
      ),
  });
}
