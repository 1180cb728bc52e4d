/** The functions that an engine compiles: an optimization step and the evaluation of an image. @module */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape, TensorFunction } from '../engine/engine.js';
import { type ObjectiveValue, objectiveAndGradient, tensorName } from './objective.js';
import type { OptimizerNumber } from './optimizers/optimizer.js';
import type { Spec } from './spec.js';
import { stepInputsOf } from './step-inputs.js';

/** Names of inputs and outputs, except those in {@link tensorName}. */
export const stepName = {
  image: 'image',
  gradient: 'gradient',
  accepted: 'accepted',
  total: 'loss',
  term: (name: string) => `loss/${name}`,
  state: (name: string) => `state/${name}`,
  number: (name: OptimizerNumber) => `optimizer/${name}`,
} as const;

/**
 * Objective, gradient and optimizer update in one function. The losses are those of the image before the update. The image
 * is that of the spec's parametrization: its variables.
 */
export function stepFunction(spec: Spec): TensorFunction {
  const { decode, project } = spec.parametrization;
  return (inputs, weights) => {
    const image = inputs[stepName.image] as Tensor4D;
    const { value, gradient } = objectiveAndGradient(spec, image, inputs, weights, decode);
    const state = Object.fromEntries(
      Object.keys(spec.optimizer.state(image.shape)).map((name) => [name, inputs[stepName.state(name)]]),
    );
    const numbers = Object.fromEntries(
      spec.optimizer.numbers.map((name) => [name, inputs[stepName.number(name)] as Tensor4D]),
    );
    const loss = tf.reshape(value.total, [image.shape[0], 1, 1, 1]) as Tensor4D;
    const step = spec.optimizer.step({ image, loss, gradient, state, numbers, project });
    return {
      [stepName.image]: step.image,
      [stepName.accepted]: step.accepted,
      ...Object.fromEntries(
        Object.entries(step.state).map(([name, tensor]) => [stepName.state(name), tensor]),
      ),
      ...losses(value),
    };
  };
}

/** Shapes of the inputs with the optimizer's state. @param image `[batch, height, width, 3]` */
export const stateShapes = (spec: Spec, image: Shape): Record<string, Shape> =>
  Object.fromEntries(
    Object.entries(spec.optimizer.state(image)).map(([name, shape]) => [stepName.state(name), shape]),
  );

/** Every part of the objective, and the gradient with respect to the pixels. */
export function evaluateFunction(spec: Spec): TensorFunction {
  return (inputs, weights) => {
    const image = inputs[stepName.image] as Tensor4D;
    const { value, gradient } = objectiveAndGradient(spec, image, inputs, weights);
    return { [stepName.gradient]: gradient, ...value.unscaled, ...losses(value) };
  };
}

function losses({ total, terms }: ObjectiveValue): Named<Tensor> {
  return {
    [stepName.total]: total,
    ...Object.fromEntries(Object.entries(terms).map(([name, value]) => [stepName.term(name), value])),
  };
}

/**
 * Shapes of the inputs that differ between items: the outputs of the target functions, a weight for each part of each
 * term, the numbers that terms read, and the random numbers that they draw.
 * @param targets shapes of the target functions' outputs for one item, `[1, ...]` each
 * @param image `[batch, height, width, 3]`
 */
export function itemInputs(spec: Spec, targets: Named<Shape>, image: Shape): Record<string, Shape> {
  const [batch] = image;
  const inputs: Record<string, Shape> = {};
  for (const [name, shape] of Object.entries(targets)) inputs[name] = [batch, ...shape.slice(1)];
  for (const { name, term } of spec.terms) {
    for (const part of term.parts) inputs[tensorName.weight(name, part)] = [batch];
    for (const number of term.numbers ?? []) inputs[tensorName.number(name, number)] = [batch];
  }
  for (const [name, { shape }] of Object.entries(stepInputsOf(spec, image))) inputs[name] = [batch, ...shape];
  return inputs;
}
