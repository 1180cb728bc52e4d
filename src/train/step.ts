/** One step of a training as a TF.js function: loss, gradients, updates. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape, TensorFunction } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { type Group, grouped, groupOf, mapped } from './groups.js';
import { adam } from './optimizers/adam.js';
import type { TrainingOptimizer } from './optimizers/optimizer.js';
import type { LossOutput, TrainingTask } from './task.js';

/** The task's optimizer. */
export const optimizerOf = (task: TrainingTask): TrainingOptimizer => task.optimizer ?? adam();

/** The groups of values that one step takes from the one before. */
export const statefulGroups = (task: TrainingTask): Group[] => [
  'parameters',
  'buffers',
  ...optimizerOf(task).moments.map((moment) => `moments.${moment}` as const),
];

/**
 * The shape in which a value is kept between steps. Engines store values of rank 4 as images, channels first; filters
 * are kept as matrices, which are stored as they are.
 */
export const keptShape = (shape: Shape): Shape =>
  shape.length === 4 ? [shape[0] * shape[1] * shape[2], shape[3]] : shape;

const shapesOf = (values: Named<{ readonly shape: Shape }>): Record<string, Shape> =>
  mapped(values, ({ shape }) => keptShape(shape));

/** Shapes of the inputs of {@link evaluationFunction}. */
export const evaluationShapes = (task: TrainingTask): Record<string, Shape> => ({
  ...grouped('parameters', shapesOf(task.parameters)),
  ...grouped('buffers', shapesOf(task.buffers ?? {})),
  ...grouped('batch', task.batch),
});

/** Shapes of the inputs of {@link stepFunction}. */
export function stepShapes(task: TrainingTask): Record<string, Shape> {
  const optimizer = optimizerOf(task);
  const moments = optimizer.moments.map((name) => grouped(`moments.${name}`, shapesOf(task.parameters)));
  return Object.assign(evaluationShapes(task), ...moments, {
    ...grouped(
      'factors',
      mapped(optimizer.factors(1, 0), () => []),
    ),
  });
}

const unkept = (tensors: Named<tf.Tensor>, like: Named<{ readonly shape: Shape }>): Named<tf.Tensor> =>
  mapped(tensors, (tensor, name) => tf.reshape(tensor, [...like[name].shape]));

const kept = (tensors: Named<tf.Tensor>): Named<tf.Tensor> =>
  mapped(tensors, (tensor) => tf.reshape(tensor, [...keptShape(tensor.shape)]));

/** Loss and metrics without an update. The buffers that the loss returns are dropped. */
export const evaluationFunction =
  (task: TrainingTask): TensorFunction =>
  (inputs, frozen) => {
    const {
      loss,
      metrics = {},
      outputs = {},
    } = task.loss({
      parameters: unkept(groupOf('parameters', inputs), task.parameters),
      buffers: unkept(groupOf('buffers', inputs), task.buffers ?? {}),
      batch: groupOf('batch', inputs),
      frozen,
    });
    return { loss, ...grouped('metrics', metrics), ...grouped('outputs', outputs) };
  };

/** One update: returns loss, metrics, and the values of {@link statefulGroups} after it. */
export const stepFunction =
  (task: TrainingTask): TensorFunction =>
  (inputs, frozen) => {
    const optimizer = optimizerOf(task);
    const buffers = unkept(groupOf('buffers', inputs), task.buffers ?? {});
    const parameters = unkept(groupOf('parameters', inputs), task.parameters);
    const batch = groupOf('batch', inputs);
    const { output, gradients } = differentiated((current) =>
      task.loss({ parameters: current, batch, frozen, buffers }),
    )(parameters);
    const factors = groupOf('factors', inputs) as Record<string, tf.Scalar>;
    const moments = mapped(task.parameters, (_, name) =>
      Object.fromEntries(
        optimizer.moments.map((moment) => [
          moment,
          tf.reshape(inputs[`moments.${moment}/${name}`], parameters[name].shape),
        ]),
      ),
    );
    const updated = mapped(parameters, (parameter, name) =>
      optimizer.update({ parameter, gradient: gradients[name], moments: moments[name], factors }),
    );
    return Object.assign(
      { loss: output.loss },
      grouped('metrics', output.metrics ?? {}),
      grouped('outputs', output.outputs ?? {}),
      grouped('parameters', kept(mapped(updated, ({ parameter }) => parameter))),
      grouped('buffers', kept({ ...buffers, ...output.buffers })),
      ...optimizer.moments.map((moment) =>
        grouped(`moments.${moment}`, kept(mapped(updated, (one) => one.moments[moment]))),
      ),
    );
  };

/** Differentiates the loss with respect to every parameter, and keeps what else it returned. */
function differentiated(
  loss: (parameters: Named<tf.Tensor>) => LossOutput,
): (parameters: Named<tf.Tensor>) => { output: LossOutput; gradients: Named<tf.Tensor> } {
  return (parameters) => {
    const names = Object.keys(parameters);
    let found: LossOutput | undefined;
    const { value, grads } = tf.engine().gradients(
      () => {
        found = loss(parameters);
        // TF.js disposes what a differentiated function does not return.
        for (const tensor of besides(found)) tf.keep(tensor);
        return found.loss;
      },
      Object.values(parameters),
      undefined,
      true,
    );
    const kept = found as unknown as LossOutput;
    const cloned = <T extends tf.Tensor>(tensors: Named<T> = {}) =>
      mapped(tensors, (tensor) => tf.clone(tensor));
    const output = {
      loss: value as tf.Scalar,
      metrics: cloned(kept.metrics),
      buffers: cloned(kept.buffers),
      outputs: cloned(kept.outputs),
    };
    for (const tensor of besides(kept)) tensor.dispose();
    return { output, gradients: Object.fromEntries(names.map((name, i) => [name, known(name, grads[i])])) };
  };
}

const besides = ({ metrics = {}, buffers = {}, outputs = {} }: LossOutput): tf.Tensor[] => [
  ...new Set([metrics, buffers, outputs].flatMap((tensors): tf.Tensor[] => Object.values(tensors))),
];

function known(name: string, gradient: tf.Tensor | undefined): tf.Tensor {
  if (gradient) return gradient;
  throw new WildstyleError('engine-failed', `The loss does not depend on the parameter "${name}".`, {
    cure: 'Use the parameter in the loss, or do not declare it.',
  });
}
