/** Values in host memory, and the input checks that all engines share. @module */
import { WildstyleError } from '../errors.js';
import type { EngineOptions, HostTensor, Named, Shape, Value } from './engine.js';
import { sizeOf } from './shape.js';

/** A value in host memory. Each engine has its own subclass, because each has its own memory layout. */
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
      throw new WildstyleError(
        'internal',
        `The value of shape [${this.shape}] was used after it was disposed.`,
      );
    return this.#data;
  }

  dispose(): void {
    this.#data = undefined;
  }
}

/**
 * Returns the data of a value, in its engine's layout.
 * @throws `internal` if another engine created the value, or it was disposed
 */
export function dataOfValue(
  value: Value,
  ownClass: abstract new (...args: never[]) => HostValue,
): Float32Array {
  if (value instanceof ownClass) return value.data;
  throw new WildstyleError('internal', 'The value belongs to another engine.');
}

/** @throws `engine-unavailable` if an engine that computes in float32 alone is asked for another precision */
export function checkFloat32(engine: string, { precision = 'float32' }: EngineOptions): void {
  if (precision === 'float32') return;
  throw new WildstyleError('engine-unavailable', `The ${engine} engine does not compute in ${precision}.`, {
    cure: 'Use the precision float32; float16 with the engine onnx on a GPU; or bf16 with openvino on a processor with AMX.',
  });
}

/** @throws `shape-mismatch` if the number of elements does not match the shape */
export function checkTensor({ data, shape }: HostTensor): void {
  if (data.length !== sizeOf(shape)) {
    throw new WildstyleError(
      'shape-mismatch',
      `The data has ${data.length} elements, but the shape [${shape}] needs ${sizeOf(shape)}.`,
    );
  }
}

/** @throws `shape-mismatch` if an input is missing or its shape differs from the compiled one */
export function checkInputs(shapes: Named<Shape>, inputs: Named<Value>): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const given = inputs[name]?.shape;
    if (!given)
      throw new WildstyleError('shape-mismatch', `The input "${name}" of shape [${shape}] is missing.`);
    if (given.length !== shape.length || given.some((size, axis) => size !== shape[axis])) {
      throw new WildstyleError(
        'shape-mismatch',
        `The input "${name}" has shape [${given}], but the function was compiled for [${shape}].`,
      );
    }
  }
}

/** @throws `shape-mismatch` if the row does not exist or the data does not fill it */
export function checkRow(value: Value, row: number, data: Float32Array): void {
  const shape = [1, ...value.shape.slice(1)];
  checkTensor({ data, shape });
  if (!Number.isInteger(row) || row < 0 || row >= value.shape[0]) {
    throw new WildstyleError(
      'shape-mismatch',
      `Row ${row} does not exist in a value of shape [${value.shape}].`,
    );
  }
}
