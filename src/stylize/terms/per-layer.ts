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

/**
 * Makes the loss a term with one part per layer. A style loss is divided by the mean of its magnitudes for the style and
 * for the content: the difference of a bold and a pale image is about as large as the bolder one, whichever that is.
 */
export function perLayer({ target, compare, scale }: LayerLoss): Loss {
  return ({ role, layers }) => ({
    layers,
    sources: role === 'style' ? ['style', 'content'] : [role],
    parts: layers,
    target(source, features) {
      const values = Object.fromEntries(layers.map((layer) => [layer, target(features[layer])]));
      const scales = Object.fromEntries(layers.map((layer) => [layer, scale(values[layer])]));
      return { values: source === role ? values : {}, scales };
    },
    value: (features, targets) =>
      Object.fromEntries(
        layers.map((layer) => [layer, compare(features[layer], targets[role]?.[layer] as Tensor)]),
      ),
  });
}
