/** Checks that every engine makes of what it is given. @module */
import { WildstyleError } from '../errors.js';
import type { HostTensor, Named, Shape, Value } from './engine.js';

/** @throws `shape-mismatch` when an array has not as many elements as its shape says */
export function checkTensor({ data, shape }: HostTensor): void {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (data.length !== size) {
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
