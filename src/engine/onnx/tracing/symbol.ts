/**
 * TF.js tensors during tracing: a logical shape, and one or more edges of the graph that hold the elements.
 *
 * `stored` is the shape of the elements actually held. An axis of size 1 in `stored` and of another size in `shape` is
 * broadcast. So a broadcast is free until an operator needs every element, and a tensor filled with one number (`ones`,
 * `zeros`, `fill`) is stored as a scalar.
 * @module
 */
import type { Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import type { Edge } from '../graph.js';
import { arrange, type Permutation } from './axis-order.js';

/** The TF.js data types that can be traced. */
export type SymbolType = 'float32' | 'int32' | 'bool';
/** Typed arrays that hold the elements of {@link SymbolType}s. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** A constant array and the arrays derived from it. Graphs that share weights also share their rearranged copies. */
export class Constant {
  readonly #derived = new Map<string, Numbers>();

  readonly #read: () => Numbers;

  /** @param values in row-major order of `stored`, or a function that returns them when needed */
  constructor(
    values: Numbers | (() => Numbers),
    readonly stored: Shape,
  ) {
    this.#read = typeof values === 'function' ? values : () => values;
  }

  get values(): Numbers {
    return this.#read();
  }

  /** Returns the values in another layout. Cached. */
  arranged(permutation: Permutation): Numbers {
    return this.derive(`layout ${permutation}`, () => arrange(this.values, this.stored, permutation));
  }

  /** Returns an array that depends only on the values. Cached by name. */
  derive(name: string, make: () => Numbers): Numbers {
    let result = this.#derived.get(name);
    if (!result) {
      result = make();
      this.#derived.set(name, result);
    }
    return result;
  }
}

/** An edge that holds a tensor, and the layout it has there. */
export interface Form {
  readonly edge: Edge;
  readonly permutation: Permutation;
}

/** A tensor in a trace. Its shape is known; its values are known only for constants. */
export interface TracedTensor {
  readonly shape: Shape;
  readonly stored: Shape;
  readonly type: SymbolType;
  /** The layouts in which the graph holds the tensor so far, the preferred one first; empty for constants. */
  readonly forms: Form[];
  readonly constant?: Constant;
  /** The operands, if the tensor is a matrix product. `kernels/elementwise/binary.ts` factors sums of products. */
  readonly product?: { readonly a: TracedTensor; readonly b: TracedTensor };
}

/** Returns the number that fills a constant tensor; undefined if there is no single one. */
export function splatValue(tensor: TracedTensor): number | undefined {
  if (!tensor.constant || sizeOf(tensor.stored) !== 1) return undefined;
  return tensor.constant.values[0];
}

/** Whether every element is stored, so no axis is broadcast. */
export const isDense = ({ shape, stored }: TracedTensor): boolean =>
  shape.every((dimension, axis) => dimension === stored[axis]);
