/** Runs an optimizer on a test function of the pixels, without a network or an objective. @module */
import * as tf from '@tensorflow/tfjs';
import type { Engine, HostTensor, Named, Value } from '../../../src/engine/index.js';
import type { Optimizer, OptimizerNumber } from '../../../src/stylize/optimizers/optimizer.js';

/** A function of a batch of images. Returns each item's loss, `[batch, 1, 1, 1]`, and the gradient. */
export type Landscape = (image: tf.Tensor4D) => { loss: tf.Tensor4D; gradient: tf.Tensor4D };

/** The result of one evaluation, with one row per item. */
export interface Seen {
  readonly image: Float32Array;
  readonly loss: Float32Array;
  readonly accepted: Float32Array;
}

export interface Driven {
  readonly seen: Seen[];
  /** Evaluates the landscape and updates the images, `steps` times. */
  readonly advance: (steps: number) => Promise<void>;
  /** Starts another item in a row by setting its state to zero. */
  readonly join: (row: number, image: Float32Array) => void;
  /** The images that would be evaluated next. */
  readonly next: () => Promise<Float32Array>;
  /** A state tensor. */
  readonly state: (name: string) => Promise<Float32Array>;
}

/** Compiles an optimizer's step on a landscape. The caller does not need to dispose anything. */
export async function drive(
  engine: Engine,
  optimizer: Optimizer,
  landscape: Landscape,
  start: HostTensor,
  learningRate: number = optimizer.defaults.learningRate,
  { momentum = optimizer.defaults.momentum ?? 0, average = 0 } = {},
): Promise<Driven> {
  const { shape } = start;
  const stateShapes = optimizer.state(shape);
  const values: Record<OptimizerNumber, number> = { learningRate, momentum, average };
  const numberShape = [shape[0], 1, 1, 1];
  const compiled = await engine.compile(
    (inputs) => {
      const image = inputs.image as tf.Tensor4D;
      const state = Object.fromEntries(
        Object.keys(stateShapes).map((name) => [name, inputs[`state/${name}`]]),
      );
      const { loss, gradient } = landscape(image);
      const result = optimizer.step({
        image,
        loss,
        gradient,
        state,
        numbers: Object.fromEntries(optimizer.numbers.map((name) => [name, inputs[name] as tf.Tensor4D])),
        project: (x) => tf.clipByValue(x, 0, 1),
      });
      const states = Object.entries(result.state).map(([name, tensor]) => [`state/${name}`, tensor]);
      return {
        next: result.image,
        accepted: result.accepted,
        loss: loss.clone(),
        ...Object.fromEntries(states),
      };
    },
    {
      image: shape,
      ...Object.fromEntries(optimizer.numbers.map((name) => [name, numberShape])),
      ...Object.fromEntries(Object.entries(stateShapes).map(([name, of]) => [`state/${name}`, of])),
    },
  );
  const zeros = (of: readonly number[]) =>
    engine.put({ data: new Float32Array(of.reduce((a, b) => a * b, 1)), shape: of });
  const numbers = Object.fromEntries(
    optimizer.numbers.map((name) => [
      name,
      engine.put({ data: new Float32Array(shape[0]).fill(values[name]), shape: numberShape }),
    ]),
  );
  let image = engine.put(start);
  let state: Named<Value> = Object.fromEntries(
    Object.entries(stateShapes).map(([name, of]) => [name, zeros(of)]),
  );
  const seen: Seen[] = [];
  return {
    seen,
    async advance(steps) {
      for (let step = 0; step < steps; step++) {
        const inputs = Object.entries(state).map(([name, value]) => [`state/${name}`, value]);
        const outputs = await compiled.run({ image, ...numbers, ...Object.fromEntries(inputs) });
        const accepted = await engine.read(outputs.accepted);
        seen.push({ image: await engine.read(image), loss: await engine.read(outputs.loss), accepted });
        const produced = Object.entries(outputs).flatMap(([name, value]) =>
          name.startsWith('state/') ? [[name.slice(6), value]] : [],
        );
        state = optimizer.advance(state, Object.fromEntries(produced), accepted.includes(1));
        image = outputs.next;
      }
    },
    join(row, pixels) {
      engine.assign(image, row, pixels);
      for (const value of Object.values(state)) {
        engine.assign(value, row, new Float32Array(value.shape.slice(1).reduce((a, b) => a * b, 1)));
      }
    },
    next: () => engine.read(image),
    state: (name) => engine.read(state[name]),
  };
}
