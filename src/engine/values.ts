/** Values in this process's memory, and checks that every engine makes of what it is given. @module */
import { WildstyleError } from '../errors.js';
import type { HostTensor, Named, Shape, Value } from './engine.js';
import { sizeOf } from './shape.js';

/** A value whose numbers lie in this process's memory. Each engine has a class of its own, whose layout only it knows. */
export abstract class HostValue implements Value {
  #data: Float32Array | undefined;

  constructor(
    readonly shape: Shape,
    data: Float32Array,
  ) {
    this.#data = data;
  }

  get data(): Float32Array {
    if (!this.#data)
      throw new WildstyleError('internal', `A disposed value of shape [${this.shape}] was used.`);
    return this.#data;
  }

  dispose(): void {
    this.#data = undefined;
  }
}

/**
 * The numbers of a value, in its engine's layout.
 * @throws `internal` when another engine made the value, or it was disposed
 */
export function dataOfValue(
  value: Value,
  ownClass: abstract new (...args: never[]) => HostValue,
): Float32Array {
  if (value instanceof ownClass) return value.data;
  throw new WildstyleError('internal', 'A value was given to an engine that did not make it.');
}

/** @throws `shape-mismatch` when an array has not as many elements as its shape says */
export function checkTensor({ data, shape }: HostTensor): void {
  if (data.length !== sizeOf(shape)) {
    throw new WildstyleError(
      'shape-mismatch',
      `${data.length} numbers were given for a tensor of shape [${shape}].`,
    );
  }
}

/** @throws `shape-mismatch` when an input is missing or has another shape than compiled for */
export function checkInputs(shapes: Named<Shape>, inputs: Named<Value>): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const given = inputs[name]?.shape;
    if (!given)
      throw new WildstyleError('shape-mismatch', `The input ${name} of shape [${shape}] is missing.`);
    if (given.length !== shape.length || given.some((size, axis) => size !== shape[axis])) {
      throw new WildstyleError(
        'shape-mismatch',
        `The input ${name} has shape [${given}] instead of [${shape}].`,
      );
    }
  }
}

/** @throws `shape-mismatch` when a row does not fit into a value */
export function checkRow(value: Value, row: number, data: Float32Array): void {
  const shape = [1, ...value.shape.slice(1)];
  checkTensor({ data, shape });
  if (!Number.isInteger(row) || row < 0 || row >= value.shape[0]) {
    throw new WildstyleError(
      'shape-mismatch',
      `There is no row ${row} in a value of shape [${value.shape}].`,
    );
  }
}
