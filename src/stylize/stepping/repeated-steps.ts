/** Several steps in one run: images and state stay on the device, and only losses return. @module */
import * as tf from '@tensorflow/tfjs';
import type {
  Engine,
  Named,
  Repeated,
  Repetition,
  Shape,
  TensorFunction,
  WeightSet,
} from '../../engine/engine.js';
import { isOutOfMemory } from '../batch-limits.js';
import type { Losses } from '../curve.js';
import type { Spec } from '../spec.js';
import { stateShapes, stepFunction, stepName } from '../step.js';
import { readLosses } from './single-steps.js';
import type { Stepper } from './stepper.js';

const rates = 'rates';
/** How many steps of this run each item has accepted: a trial that is rejected does not change the learning rate. */
const taken = 'taken';
const measured = 'measured';

/** A step with all of its next state among the outputs. */
function repeatedFunction(spec: Spec, most: number): TensorFunction {
  const step = stepFunction(spec);
  return (inputs, weights) => {
    const index = tf.tensor(
      Array.from({ length: most }, (_, i) => i),
      [1, most, 1, 1],
    );
    const isNow = tf.cast(tf.equal(index, inputs[taken]), 'float32');
    const learningRate = tf.sum(tf.mul(inputs[rates], isNow), 1, true);
    const outputs = step({ ...inputs, [stepName.number('learningRate')]: learningRate }, weights);
    const prefix = stepName.state('');
    const state: Record<string, tf.Tensor> = {};
    const produced: Record<string, tf.Tensor> = {};
    const others: Record<string, tf.Tensor> = {};
    for (const name of Object.keys(inputs))
      if (name.startsWith(prefix)) state[name.slice(prefix.length)] = inputs[name];
    for (const [name, tensor] of Object.entries(outputs)) {
      if (name.startsWith(prefix)) produced[name.slice(prefix.length)] = tensor;
      else others[name] = tensor;
    }
    const accepted = outputs[stepName.accepted];
    const next = advanced(spec, state, produced, accepted);
    return {
      ...others,
      ...Object.fromEntries(Object.entries(next).map(([name, tensor]) => [stepName.state(name), tensor])),
      [stepName.accepted]: tf.reshape(accepted, [accepted.size]),
      [taken]: tf.add(inputs[taken], accepted),
      [measured]: inputs[stepName.image],
    };
  };
}

/** The next state: which of the two that the optimizer may select is known only while the steps run. */
function advanced(
  { optimizer }: Spec,
  state: Named<tf.Tensor>,
  produced: Named<tf.Tensor>,
  accepted: tf.Tensor,
): Named<tf.Tensor> {
  const [moved, kept] = [true, false].map((hasMoved) => optimizer.advance(state, produced, hasMoved));
  const hasMoved = tf.reshape(tf.greater(tf.max(accepted), 0), [1, 1, 1, 1]);
  return Object.fromEntries(
    Object.entries(moved as Named<tf.Tensor>).map(([name, tensor]) => {
      const other = kept[name] as tf.Tensor;
      return [name, tensor === other ? tensor : tf.where(hasMoved, tensor, other)];
    }),
  );
}

/**
 * Compiles a step that repeats itself.
 * @param most steps in a run
 * @returns undefined if the engine offers no repetition, or cannot compile this one
 */
export async function openRepeatedSteps(
  engine: Engine,
  spec: Spec,
  weights: WeightSet,
  image: Shape,
  inputs: Named<Shape>,
  most: number,
): Promise<Stepper | undefined> {
  if (!engine.compileRepeated) return undefined;
  const [batch] = image;
  const states = stateShapes(spec, image);
  const shapes: Record<string, Shape> = {
    ...inputs,
    [rates]: [batch, most, 1, 1],
    [taken]: [batch, 1, 1, 1],
    [stepName.image]: image,
    [measured]: image,
    ...states,
  };
  const losses = [stepName.total, ...spec.terms.map(({ name }) => stepName.term(name))];
  const carried = [stepName.image, taken, measured, ...Object.keys(states)];
  const repetition: Repetition = {
    carried: Object.fromEntries(carried.map((name) => [name, name])),
    collected: [...losses, stepName.accepted],
  };
  let compiled: Repeated;
  try {
    compiled = await engine.compileRepeated(repeatedFunction(spec, most), shapes, repetition, weights);
  } catch (error) {
    // Single steps need as much memory.
    if (isOutOfMemory(error)) throw error;
    return undefined;
  }
  return {
    most,
    rateInput: rates,
    dispose: () => compiled.dispose(),
    async run(given, times) {
      const none = engine.put({ data: new Float32Array(batch), shape: [batch, 1, 1, 1] });
      const outputs = await compiled.run(
        {
          ...given.inputs,
          [taken]: none,
          [stepName.image]: given.image,
          [measured]: given.image,
          ...Object.fromEntries(
            Object.entries(given.state).map(([name, value]) => [stepName.state(name), value]),
          ),
        },
        times,
      );
      const all = await readLosses(engine, spec, outputs);
      const accepted = await engine.read(outputs[stepName.accepted]);
      for (const value of [none, outputs[taken], ...repetition.collected.map((name) => outputs[name])])
        value.dispose();
      return {
        evaluations: Array.from({ length: times }, (_, time) => ({
          losses: lossesAt(all, time, batch),
          accepted: rowsAt(accepted, time, batch),
        })),
        measured: outputs[measured],
        image: outputs[stepName.image],
        state: Object.fromEntries(
          Object.keys(given.state).map((name) => [name, outputs[stepName.state(name)]]),
        ),
      };
    },
  };
}

const rowsAt = (numbers: Float32Array, time: number, batch: number): Float32Array =>
  numbers.subarray(time * batch, (time + 1) * batch);

const lossesAt = ({ total, terms }: Losses, time: number, batch: number): Losses => ({
  total: rowsAt(total, time, batch),
  terms: Object.fromEntries(
    Object.entries(terms).map(([name, numbers]) => [name, rowsAt(numbers, time, batch)]),
  ),
});
