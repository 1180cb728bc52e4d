/** Values that stay on the device. @module */
import { concat, keep, slice, type Tensor, tensor, tidy } from '@tensorflow/tfjs';
import { WildstyleError } from '../../errors.js';
import type { HostTensor, Shape, Value } from '../engine.js';
import { withBackend } from '../tfjs.js';
import { backendName } from './library.js';

/** Calls a function that makes one tensor on TensorFlow, and keeps that tensor. */
function kept(make: () => Tensor): Tensor {
  let result: Tensor | undefined;
  withBackend(backendName, () => {
    result = keep(make());
  });
  return result as Tensor;
}

/** A tensor of TensorFlow. Tensors cannot change, so rows that are assigned wait until the tensor is used. */
export class TensorflowValue implements Value {
  #tensor: Tensor | undefined;
  readonly #rows = new Map<number, Float32Array>();

  /** @param tensor a tensor that the value disposes */
  constructor(tensor: Tensor) {
    this.#tensor = tensor;
  }

  /** Copies an array to the device. */
  static from({ data, shape }: HostTensor): TensorflowValue {
    return new TensorflowValue(kept(() => tensor(data.slice(), [...shape], 'float32')));
  }

  get shape(): Shape {
    return this.#present.shape;
  }

  /** The tensor, with all rows that were assigned. */
  get tensor(): Tensor {
    if (this.#rows.size > 0) {
      const before = this.#present;
      this.#tensor = kept(() => joined(before, this.#rows));
      this.#rows.clear();
      before.dispose();
    }
    return this.#present;
  }

  /** Overwrites a row. */
  assign(row: number, data: Float32Array): void {
    this.#rows.set(row, data.slice());
  }

  dispose(): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
    this.#rows.clear();
  }

  get #present(): Tensor {
    if (this.#tensor) return this.#tensor;
    throw new WildstyleError('internal', 'A value was used after it was disposed.');
  }
}

/** A tensor with some rows replaced. */
function joined(before: Tensor, rows: ReadonlyMap<number, Float32Array>): Tensor {
  const [count, ...rest] = before.shape;
  const zeros = rest.map(() => 0);
  const parts: Tensor[] = [];
  let next = 0;
  const keepUntil = (end: number) => {
    if (end > next) parts.push(slice(before, [next, ...zeros], [end - next, ...rest]));
  };
  for (const row of [...rows.keys()].sort((a, b) => a - b)) {
    keepUntil(row);
    parts.push(tensor(rows.get(row) as Float32Array, [1, ...rest], 'float32'));
    next = row + 1;
  }
  keepUntil(count);
  return tidy(() => (parts.length === 1 ? parts[0] : concat(parts, 0)));
}
