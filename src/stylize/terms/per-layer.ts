/** Makes a term of a loss that compares one layer at a time. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Loss } from './term.js';

/** A loss between the features of an image and a target at one layer. */
export interface LayerLoss {
  /** What to keep of the target image: its features or statistics of them. `[batch, ...]` */
  readonly target: (features: Tensor4D) => Tensor;
  /** The difference per item, unscaled. `[batch]` */
  readonly compare: (features: Tensor4D, target: Tensor) => Tensor1D;
  /** What to divide `compare` by: the mean square of the target, bounded from below. `[batch]` */
  readonly scale: (target: Tensor) => Tensor1D;
}

/** The loss as a term with one part per layer. */
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
