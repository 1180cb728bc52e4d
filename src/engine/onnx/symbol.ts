/**
 * What a TF.js tensor is while tracing: a logical shape and one or more places in the graph that hold it.
 *
 * `stored` is the shape that is really held: an axis of size one in `stored` and of another size in `shape` is
 * repeated. So a broadcast costs nothing until an operator needs every element, and a tensor of one repeated number
 * (`ones`, `zeros`, `fill`) is a scalar.
 * @module
 */
import type { Shape } from '../engine.js';
import { sizeOf } from '../shape.js';
import { arrange, type Permutation } from './axis-order.js';
import type { Edge } from './graph.js';

/** Types of TF.js tensors that can be traced. */
export type SymbolType = 'float32' | 'int32' | 'bool';
/** Their elements. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** A constant array and everything derived from it, so that graphs that share weights share their other layouts. */
export class Constant {
  readonly #derived = new Map<string, Numbers>();

  readonly #read: () => Numbers;

  /** @param values in row-major order of `stored`; or how to get them, when they are asked for */
  constructor(
    values: Numbers | (() => Numbers),
    readonly stored: Shape,
  ) {
    this.#read = typeof values === 'function' ? values : () => values;
  }

  get values(): Numbers {
    return this.#read();
  }

  /** The values in another layout, made once. */
  arranged(permutation: Permutation): Numbers {
    return this.derive(`layout ${permutation}`, () => arrange(this.values, this.stored, permutation));
  }

  /** Any array computed from the values alone, made once per name. */
  derive(name: string, make: () => Numbers): Numbers {
    let result = this.#derived.get(name);
    if (!result) {
      result = make();
      this.#derived.set(name, result);
    }
    return result;
  }
}

/** One place in the graph that holds a tensor, and how it lies there. */
export interface Form {
  readonly edge: Edge;
  readonly permutation: Permutation;
}

/** A tensor of a trace: its shape is known, its values only where it is a constant. */
export interface TracedTensor {
  readonly shape: Shape;
  readonly stored: Shape;
  readonly type: SymbolType;
  /** Every layout in which the tensor exists so far, the preferred one first; empty for a constant nobody used. */
  readonly forms: Form[];
  readonly constant?: Constant;
  /** Set on a matrix product: its operands, for the distributive law (see `kernels/binary.ts`). */
  readonly product?: { readonly a: TracedTensor; readonly b: TracedTensor };
}

/** The one number that a constant repeats; undefined for anything else. */
export function splatValue(tensor: TracedTensor): number | undefined {
  if (!tensor.constant || sizeOf(tensor.stored) !== 1) return undefined;
  return tensor.constant.values[0];
}

/** Whether every element is stored: no axis is repeated. */
export const isDense = ({ shape, stored }: TracedTensor): boolean =>
  shape.every((dimension, axis) => dimension === stored[axis]);
