/** The objective of an item: content + style + total variation, each relative to its target. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, TensorFunction } from '../engine/engine.js';
import { totalVariation, totalVariationScale } from './losses/total-variation.js';
import type { Spec, Term } from './spec.js';

/** Names of the tensors that pass between the functions of this file. */
export const tensorName = {
  target: (side: string, layer: string) => `${side}/${layer}`,
  scale: (side: string, layer: string) => `${side}/${layer}/scale`,
  weight: (side: string, layer: string) => `${side}/${layer}/weight`,
  unscaled: (side: string, layer: string) => `${side}/${layer}/unscaled`,
  totalVariation: 'totalVariation',
} as const;

/**
 * What has to be known of a content or style image, as a function of it: targets and their scales, and for a content
 * image the scale of the total variation.
 */
export function targetFunction(spec: Spec, side: 'content' | 'style'): TensorFunction {
  return ({ image }, weights) => {
    const { layers, loss } = spec[side];
    const features = spec.network.features(image as tf.Tensor4D, weights, layers, spec.pooling);
    const outputs: Record<string, tf.Tensor> = {};
    for (const layer of layers) {
      const target = loss.target(features[layer]);
      outputs[tensorName.target(side, layer)] = target;
      outputs[tensorName.scale(side, layer)] = loss.scale(target);
    }
    if (side === 'content') {
      outputs[tensorName.scale(side, tensorName.totalVariation)] = totalVariationScale(image as tf.Tensor4D);
    }
    return outputs;
  };
}

/** The objective's value, whole and in parts, each `[batch]`. */
export interface ObjectiveValue {
  readonly total: tf.Tensor1D;
  /** Weighted parts; they add up to the total. */
  readonly content: tf.Tensor1D;
  readonly style: tf.Tensor1D;
  readonly totalVariation: tf.Tensor1D;
  /** The loss of each layer before division by its scale. */
  readonly unscaled: Named<tf.Tensor1D>;
}

/**
 * Evaluates the objective.
 * @param image `[batch, height, width, 3]`
 * @param inputs targets, scales and weights by {@link tensorName}
 */
export function objective(
  spec: Spec,
  image: tf.Tensor4D,
  inputs: Named<tf.Tensor>,
  weights: Named<tf.Tensor>,
): ObjectiveValue {
  const layers = [...new Set([...spec.content.layers, ...spec.style.layers])];
  const features = spec.network.features(image, weights, layers, spec.pooling);
  const unscaled: Record<string, tf.Tensor1D> = {};
  const weighted = (side: string, layer: string, value: tf.Tensor1D): tf.Tensor1D => {
    unscaled[tensorName.unscaled(side, layer)] = value;
    const factor = tf.div(inputs[tensorName.weight(side, layer)], inputs[tensorName.scale(side, layer)]);
    return tf.mul(value, factor);
  };
  const side = (name: 'content' | 'style', { loss, layers: names }: Term): tf.Tensor1D =>
    names
      .map((layer) =>
        weighted(name, layer, loss.compare(features[layer], inputs[tensorName.target(name, layer)])),
      )
      .reduce((a, b) => tf.add(a, b));
  const content = side('content', spec.content);
  const style = side('style', spec.style);
  const variation = weighted('content', tensorName.totalVariation, totalVariation(image));
  return {
    total: tf.add(tf.add(content, style), variation),
    content,
    style,
    totalVariation: variation,
    unscaled,
  };
}

/**
 * The objective with its gradient with respect to the pixels. Items do not touch each other: the gradient of the sum
 * over the batch is the gradient of each.
 */
export function objectiveAndGradient(
  spec: Spec,
  image: tf.Tensor4D,
  inputs: Named<tf.Tensor>,
  weights: Named<tf.Tensor>,
): { value: ObjectiveValue; gradient: tf.Tensor4D } {
  let parts: ObjectiveValue | undefined;
  const { value: sum, grad: gradient } = tf.valueAndGrad((pixels) => {
    parts = objective(spec, pixels as tf.Tensor4D, inputs, weights);
    // TF.js frees what this function makes; the parts must outlive it.
    mapParts(parts, tf.keep);
    return tf.sum(parts.total);
  })(image);
  sum.dispose();
  // A kept tensor is nobody's to free; its clone belongs to whoever called.
  const released = mapParts(parts as ObjectiveValue, (part) => {
    const clone = part.clone();
    part.dispose();
    return clone;
  });
  return { value: released, gradient: gradient as tf.Tensor4D };
}

function mapParts(value: ObjectiveValue, fn: (part: tf.Tensor1D) => tf.Tensor1D): ObjectiveValue {
  const { total, content, style, totalVariation, unscaled } = value;
  return {
    total: fn(total),
    content: fn(content),
    style: fn(style),
    totalVariation: fn(totalVariation),
    unscaled: Object.fromEntries(Object.entries(unscaled).map(([name, part]) => [name, fn(part)])),
  };
}
