/** Types and helpers of the conformance suite. @module */
import * as tf from '@tensorflow/tfjs';
import {
  createEngine,
  type Engine,
  type EngineName,
  engineNames,
  type HostTensor,
  type Named,
  type Shape,
  type TensorFunction,
} from '../../src/engine/index.js';
import { sizeOf } from '../../src/engine/shape.js';

/** Engines whose libraries a setup command gets. */
const optionalEngines: readonly EngineName[] = ['openvino', 'tensorflow'];

/** The engines of this machine: those that always run, and the optional ones that are installed. */
export const installedEngines: readonly EngineName[] = (
  await Promise.all(
    engineNames.map(async (name) => {
      if (!optionalEngines.includes(name)) return [name];
      const engine = await createEngine(name).catch(() => undefined);
      engine?.dispose();
      return engine ? [name] : [];
    }),
  )
).flat();

/** Distribution of an input's numbers. `tied` has many equal numbers; `whole` has small non-negative integers. */
export type Draw = 'signed' | 'positive' | 'tied' | 'whole' | 'unit';

/** One case of the conformance suite. */
export interface Case {
  readonly name: string;
  readonly inputs: Named<Shape>;
  readonly draws?: Named<Draw>;
  readonly fn: TensorFunction;
}

/** Returns a pseudorandom number in [0, 1) for a seed and an index. */
export function uniform(seed: number, index: number): number {
  let hash = Math.imul(index ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const draws: Readonly<Record<Draw, (u: number) => number>> = {
  signed: (u) => 4 * u - 2,
  positive: (u) => 0.2 + 2 * u,
  tied: (u) => Math.floor(5 * u) - 2,
  whole: (u) => Math.floor(4 * u),
  unit: (u) => 1.8 * u - 0.9,
};

/** Returns a tensor of pseudorandom numbers, determined by the seed. */
export function randomTensor(shape: Shape, seed: number, draw: Draw = 'signed'): HostTensor {
  return {
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, (_, index) => draws[draw](uniform(seed, index))),
  };
}

/** Returns random inputs for a case. */
export const drawn = ({ inputs, draws: kinds }: Pick<Case, 'inputs' | 'draws'>): Named<HostTensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, shape], index) => [
      name,
      randomTensor(shape, index + 1, kinds?.[name]),
    ]),
  );

/** Compiles and runs a function, reads the outputs and disposes everything. */
export async function execute(
  engine: Engine,
  fn: TensorFunction,
  inputs: Named<HostTensor>,
  weights: Named<HostTensor> = {},
): Promise<Named<HostTensor>> {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const compiled = await engine.compile(fn, shapes, { digest: `${Math.random()}`, tensors: weights });
  const values = Object.fromEntries(Object.entries(inputs).map(([name, host]) => [name, engine.put(host)]));
  const outputs = await compiled.run(values);
  const results: Record<string, HostTensor> = {};
  for (const [name, value] of Object.entries(outputs)) {
    results[name] = { shape: value.shape, data: await engine.read(value) };
    value.dispose();
  }
  for (const value of Object.values(values)) value.dispose();
  compiled.dispose();
  return results;
}

/** The largest absolute difference divided by the largest absolute reference value. NaN and infinities must match. */
export function relativeDifference(actual: Float32Array, reference: Float32Array): number {
  if (actual.length !== reference.length) return Number.POSITIVE_INFINITY;
  let [difference, scale] = [0, 0];
  for (let index = 0; index < reference.length; index++) {
    if (Object.is(actual[index], reference[index])) continue;
    const step = Math.abs(actual[index] - reference[index]);
    if (!Number.isFinite(step)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, step);
  }
  for (const value of reference) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  return scale === 0 ? difference : difference / scale;
}

/** Reduces a tensor to a scalar that depends on every element: its dot product with fixed numbers. */
export function probe(tensor: tf.Tensor): tf.Scalar {
  const numbers = Float32Array.from({ length: tensor.size }, (_, index) => uniform(99, index) - 0.4);
  return tf.sum(tf.mul(tensor, tf.tensor(numbers, tensor.shape)));
}

/** Returns the function's value and the gradients of its {@link probe} with respect to every input. */
export const withGradients =
  (fn: (inputs: Named<tf.Tensor>) => tf.Tensor): TensorFunction =>
  (inputs) => {
    const names = Object.keys(inputs);
    const scalar = (...tensors: tf.Tensor[]): tf.Scalar =>
      probe(fn(Object.fromEntries(tensors.map((tensor, index) => [names[index], tensor]))));
    const gradients = tf.grads(scalar)(Object.values(inputs));
    return {
      value: fn(inputs),
      ...Object.fromEntries(gradients.map((gradient, index) => [`gradient of ${names[index]}`, gradient])),
    };
  };
