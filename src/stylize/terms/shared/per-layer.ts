/** Makes terms from losses that compare one layer at a time. @module */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../engine/engine.js';
import type { Given, Place, StepInput, Term } from '../term.js';
import { type RegionView, viewOf } from './region.js';

/** A loss that compares the features of one layer with a target. */
export interface LayerLoss<Target extends Named<Tensor> = Named<Tensor>> {
  /** The target: the source image's features, or statistics of them. `[batch, ...]` each */
  readonly target: (features: Tensor4D, region?: RegionView) => Target;
  /** The unscaled difference of each item. `[batch]` */
  readonly compare: (features: Tensor4D, target: Target, given: LayerGiven) => Tensor1D;
  /**
   * The divisor of `compare`: its size for the target, with a lower bound. `[batch]`. Without it, the value is not
   * divided.
   */
  readonly scale?: (target: Target) => Tensor1D;
  /** Inputs to draw for a layer. @param shape `[batch, height, width, channels]` of the image's features */
  readonly stepInputs?: (shape: Shape) => Named<StepInput>;
}

/** What a loss is given for one layer. */
export interface LayerGiven extends Omit<Given, 'guide'> {
  /** The region of the layer that it looks at. Undefined: all of it. */
  readonly region?: RegionView | undefined;
}

export interface LayerLossOptions {
  /** Number parameters that the loss reads. */
  readonly numbers?: readonly string[];
  readonly gain?: number;
}

/**
 * Makes the term of a loss, with one part per layer. The value of a style loss is divided by the mean of its sizes for the
 * style and for the content: the difference of a bold and a pale image is about as large as the bolder one, whichever that
 * is.
 */
export function perLayer<Target extends Named<Tensor>>(
  { role, layers, region }: Place,
  { target, compare, scale, stepInputs }: LayerLoss<Target>,
  { numbers = [], gain }: LayerLossOptions = {},
): Term {
  return {
    layers,
    sources: role !== 'content' && scale ? [role, 'content'] : [role],
    parts: layers,
    numbers,
    ...(region && { isGuided: true }),
    ...(gain !== undefined && { gain }),
    ...(stepInputs && {
      stepInputs: (shapes) =>
        Object.assign({}, ...layers.map((layer) => under(layer, stepInputs(shapes[layer])))),
    }),
    target(source, features, guide) {
      const kept = layers.map((layer): [string, Target] => [
        layer,
        target(features[layer], viewOf(region, guide, layer)),
      ]);
      return {
        values:
          source === role ? Object.assign({}, ...kept.map(([layer, values]) => under(layer, values))) : {},
        scales: scale ? Object.fromEntries(kept.map(([layer, values]) => [layer, scale(values)])) : {},
      };
    },
    value: (features, targets, given) =>
      Object.fromEntries(
        layers.map((layer) => [
          layer,
          compare(features[layer], at(layer, targets[role] ?? {}) as Target, {
            numbers: given.numbers,
            drawn: at(layer, given.drawn),
            region: viewOf(region, given.guide, layer),
          }),
        ]),
      ),
  };
}

/** Puts the name of a layer before each name. */
export function under<T>(layer: string, named: Named<T>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${layer}/${name}`, value]));
}

/** The entries of a layer, without its name. */
export function at<T>(layer: string, named: Named<T>): Record<string, T> {
  const prefix = `${layer}/`;
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
