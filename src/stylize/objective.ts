/** The objective of an item: the weighted sum of its terms, each scaled by its magnitude for the sources. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, TensorFunction } from '../engine/engine.js';
import { smoothed } from './networks/smoothing.js';
import { guideName } from './regions/guide-name.js';
import type { ByRole, Role } from './role.js';
import { layersOf, type NamedTerm, type Spec, termsFrom } from './spec.js';
import type { Guide } from './terms/shared/region.js';
import { type Features, pixels, type Term } from './terms/term.js';

/** Names of the tensors that are passed between the functions in this file. */
export const tensorName = {
  target: (term: string, role: Role, value: string) => `${term}/${role}/${value}`,
  scale: (term: string, role: Role, part: string) => `${term}/${role}/${part}/scale`,
  weight: (term: string, part: string) => `${term}/${part}/weight`,
  number: (term: string, number: string) => `${term}/${number}/number`,
  drawn: (term: string, input: string) => `${term}/${input}/drawn`,
  unscaled: (term: string, part: string) => `${term}/${part}/unscaled`,
} as const;

/** The function that computes the targets and scales of a source image. */
export function targetFunction(spec: Spec, role: Role): TensorFunction {
  const terms = termsFrom(spec, role);
  return ({ image, ...inputs }, weights) => {
    const guide = guideOf(inputs);
    const features = featuresOf(spec, terms, image as tf.Tensor4D, weights);
    const outputs: Record<string, tf.Tensor> = {};
    for (const { name, term } of terms) {
      const { values, scales } = term.target(role, features, guide);
      for (const [value, tensor] of Object.entries(values))
        outputs[tensorName.target(name, role, value)] = tensor;
      for (const [part, tensor] of Object.entries(scales))
        outputs[tensorName.scale(name, role, part)] = tensor;
    }
    return outputs;
  };
}

/** The value of the objective, in total and in parts. Each is `[batch]`. */
export interface ObjectiveValue {
  readonly total: tf.Tensor1D;
  /** Weighted value of each term; they sum to the total. */
  readonly terms: Named<tf.Tensor1D>;
  /** Each part before weighting and scaling, keyed by {@link tensorName}. */
  readonly unscaled: Named<tf.Tensor1D>;
}

/**
 * Evaluates the objective.
 * @param image `[batch, height, width, 3]`
 * @param inputs targets, scales, weights, numbers and drawn numbers, keyed by {@link tensorName}
 * @param weights the network's weights
 */
export function objective(
  spec: Spec,
  image: tf.Tensor4D,
  inputs: Named<tf.Tensor>,
  weights: Named<tf.Tensor>,
): ObjectiveValue {
  const features = featuresOf(spec, spec.terms, image, weights);
  const guide = guideOf(inputs);
  const unscaled: Record<string, tf.Tensor1D> = {};
  const terms = spec.terms.map(({ name, term }): [string, tf.Tensor1D] => {
    const values = term.value(features, targetsOf(name, term, inputs), {
      drawn: endingWith(tensorName.drawn, name, inputs),
      numbers: endingWith(tensorName.number, name, inputs) as Named<tf.Tensor1D>,
      guide,
    });
    const weighted = term.parts.map((part) => {
      unscaled[tensorName.unscaled(name, part)] = values[part];
      const weight = inputs[tensorName.weight(name, part)];
      const names = spec.isScaled ? scaleNames(name, term, part) : [];
      const scales = names.flatMap((scale) => inputs[scale] ?? []);
      const scale = scales.length > 0 ? tf.div(tf.addN(scales), scales.length) : undefined;
      return tf.mul(values[part], scale ? tf.div(weight, scale) : weight) as tf.Tensor1D;
    });
    return [name, sumOf(weighted)];
  });
  return { total: sumOf(terms.map(([, value]) => value)), terms: Object.fromEntries(terms), unscaled };
}

/**
 * Evaluates the objective and its gradient with respect to the pixels, `[batch, height, width, 3]`. Items are
 * independent, so the gradient of the sum over the batch contains the gradient of each item.
 * @param decode makes the image of variables; the gradient is then that of the variables
 */
export function objectiveAndGradient(
  spec: Spec,
  image: tf.Tensor4D,
  inputs: Named<tf.Tensor>,
  weights: Named<tf.Tensor>,
  decode: (variables: tf.Tensor4D) => tf.Tensor4D = (pixels) => pixels,
): { value: ObjectiveValue; gradient: tf.Tensor4D } {
  let parts: ObjectiveValue | undefined;
  const { value: sum, grad: gradient } = tf.valueAndGrad((x) => {
    parts = objective(spec, decode(x as tf.Tensor4D), inputs, weights);
    // TF.js disposes the tensors that this function creates. Keep the parts.
    mapParts(parts, tf.keep);
    return tf.sum(parts.total);
  })(image);
  sum.dispose();
  // No scope disposes kept tensors, so return clones, which the caller's scope does dispose. Several parts can be the
  // same tensor, so clone them all before disposing any.
  const kept = parts as ObjectiveValue;
  const clones = mapParts(kept, (part) => part.clone());
  mapParts(kept, (part) => {
    if (!part.isDisposed) part.dispose();
    return part;
  });
  return { value: clones, gradient: gradient as tf.Tensor4D };
}

/** The names of the scales that the sources of a term can give one of its parts. */
export const scaleNames = (name: string, { sources }: Term, part: string): string[] =>
  sources.map((role) => tensorName.scale(name, role, part));

/** Features of the layers that the terms read, including the image itself. */
function featuresOf(
  { network, pooling, padding, isSmoothed }: Spec,
  terms: readonly NamedTerm[],
  image: tf.Tensor4D,
  weights: Named<tf.Tensor>,
): Features {
  const features = network.features(image, weights, layersOf(terms), pooling, padding);
  return { ...(isSmoothed ? smoothed(features) : features), [pixels]: image };
}

const guideOf = (inputs: Named<tf.Tensor>): Guide => ({
  weights: below(guideName.weights(''), inputs),
  places: inputs[guideName.places],
});

function targetsOf(name: string, { sources }: Term, inputs: Named<tf.Tensor>): ByRole<Named<tf.Tensor>> {
  return Object.fromEntries(sources.map((role) => [role, below(tensorName.target(name, role, ''), inputs)]));
}

/** The inputs of a term of one kind, by the name that the term knows them by. */
function endingWith(
  nameOf: (term: string, input: string) => string,
  name: string,
  inputs: Named<tf.Tensor>,
): Record<string, tf.Tensor> {
  const suffix = nameOf('', '').slice(1);
  const found = Object.entries(below(`${name}/`, inputs)).filter(([input]) => input.endsWith(suffix));
  return Object.fromEntries(found.map(([input, tensor]) => [input.slice(0, -suffix.length), tensor]));
}

/** The tensors whose names start with a prefix, keyed by the rest of their names. */
function below(prefix: string, tensors: Named<tf.Tensor>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
}

const sumOf = (values: readonly tf.Tensor1D[]): tf.Tensor1D => values.reduce((a, b) => tf.add(a, b));

function mapParts(value: ObjectiveValue, fn: (part: tf.Tensor1D) => tf.Tensor1D): ObjectiveValue {
  const mapEach = (parts: Named<tf.Tensor1D>) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, fn(part)]));
  return { total: fn(value.total), terms: mapEach(value.terms), unscaled: mapEach(value.unscaled) };
}
