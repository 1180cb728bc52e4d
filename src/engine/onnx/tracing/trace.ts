/**
 * A trace: the graph under construction, and how it holds TF.js tensors.
 * @module
 */
import type { WildstyleError } from '../../../errors.js';
import type { Shape } from '../../engine.js';
import { type Edge, type ElementType, Graph } from '../graph.js';
import { identity, invert, type Permutation, permute, sameMemory, sameShape } from './axis-order.js';
import { Constant, isDense, type Numbers, type SymbolType, splatValue, type TracedTensor } from './symbol.js';

/** Returns the number that fills the whole array; undefined if the elements differ. */
function repeatedValue(values: Numbers): number | undefined {
  const first = values[0];
  for (let index = 1; index < values.length; index++) if (values[index] !== first) return undefined;
  return first;
}

/** Converts numbers to a typed array of the given type. */
export function numbers(type: SymbolType, values: number | ArrayLike<number>): Numbers {
  const list = typeof values === 'number' ? [values] : values;
  if (type === 'float32') return Float32Array.from(list);
  return type === 'int32' ? Int32Array.from(list) : Uint8Array.from(list);
}

/** Options that depend on the device that will run the graph. */
export interface TraceOptions {
  /** Whether Winograd and blocked convolutions beat the runtime's own, as they do on a CPU; see `kernels/convolution/`. */
  readonly minimalFiltering: boolean;
  /** Whether the runtime can return the places of maxima and route gradients back to them. */
  readonly poolingIndices: boolean;
  /** Whether the runtime has ONNX Runtime's own operators where it computes, such as matrix products of transposes. */
  readonly ownOperators: boolean;
  /** Whether a matrix product sums leading axes faster than a reduction, as in ONNX Runtime on CPUs: ten times. */
  readonly productsSum: boolean;
  /** Whether a hard sigmoid of any slope is right. */
  readonly steepSigmoid: boolean;
  /** Whether sin, log, tanh and the like have the precision of float32 and NaN outside of their domain. */
  readonly preciseFunctions: boolean;
  /** Whether convolutions are right for every number of channels and of channels in a group. */
  readonly anyChannels: boolean;
  /** Whether convolutions compute in float16. */
  readonly halfPrecision?: boolean;
}

/** State and helpers shared by all kernels of one trace. */
export class Trace {
  readonly graph = new Graph();
  /** An error that invalidates the trace even if the traced function does not see it. */
  failure: WildstyleError | undefined;
  readonly #initializers = new Map<Constant, Map<string, Edge>>();
  readonly #shared = new Map<string, Edge>();

  constructor(readonly options: TraceOptions) {}

  /** Creates a constant tensor. An array of equal numbers is stored as a single number. */
  constant(values: Numbers, shape: Shape, type: SymbolType): TracedTensor {
    const repeated = repeatedValue(values);
    if (repeated !== undefined) return this.splat(repeated, shape, type);
    return this.ofConstant(new Constant(values, shape), shape, type);
  }

  /** Creates a constant tensor filled with one number. */
  splat(value: number, shape: Shape, type: SymbolType): TracedTensor {
    return this.ofConstant(
      new Constant(
        numbers(type, value),
        shape.map(() => 1),
      ),
      shape,
      type,
    );
  }

  /** Wraps a constant as a tensor of the given shape. */
  ofConstant(constant: Constant, shape: Shape, type: SymbolType): TracedTensor {
    return { shape, stored: constant.stored, type, forms: [], constant };
  }

  /** Wraps an edge of the graph as a tensor. An int64 edge is cast to int32. */
  tensor(
    edge: Edge,
    shape: Shape,
    permutation: Permutation = identity(shape.length),
    extra: Partial<Pick<TracedTensor, 'stored' | 'product'>> = {},
  ): TracedTensor {
    const held = this.#asSymbol(edge);
    const { type } = held;
    return { stored: shape, ...extra, shape, type, forms: [{ edge: held, permutation }] };
  }

  /**
   * Returns an edge with the tensor's stored elements in the given layout. Constants are rearranged at trace time;
   * other tensors get a Transpose or Reshape node, recorded once per layout.
   */
  edge(tensor: TracedTensor, permutation: Permutation = identity(tensor.shape.length)): Edge {
    const { stored, constant } = tensor;
    const dimensions = permute(stored, permutation);
    if (constant) {
      return this.initializer(constant, `${permutation}`, dimensions, tensor.type, () =>
        constant.arranged(permutation),
      );
    }
    const exact = tensor.forms.find((form) => sameShape(form.permutation, permutation));
    if (exact) return exact.edge;
    const alike = tensor.forms.find((form) => sameMemory(stored, form.permutation, permutation));
    let edge: Edge;
    if (alike) edge = this.reshape(alike.edge, dimensions);
    else {
      const source = tensor.forms[0];
      const inverse = invert(source.permutation);
      const perm = permutation.map((axis) => inverse[axis]);
      edge = this.graph.add('Transpose', [source.edge], { dimensions, type: tensor.type }, { perm });
    }
    tensor.forms.push({ edge, permutation });
    return edge;
  }

  /** Returns an initializer with an array derived from a constant. Created once per constant, name and dimensions. */
  initializer(
    constant: Constant,
    name: string,
    dimensions: Shape,
    type: ElementType,
    derive: () => Numbers,
  ): Edge {
    let edges = this.#initializers.get(constant);
    if (!edges) {
      edges = new Map();
      this.#initializers.set(constant, edges);
    }
    const key = `${name} ${dimensions}`;
    let edge = edges.get(key);
    if (!edge) {
      edge = this.graph.initializer(derive(), dimensions, type);
      edges.set(key, edge);
    }
    return edge;
  }

  /** Returns the tensor with broadcast axes expanded, so that every element is stored. */
  dense(tensor: TracedTensor): TracedTensor {
    if (isDense(tensor)) return tensor;
    const { shape, type } = tensor;
    const permutation = tensor.forms[0]?.permutation ?? identity(shape.length);
    const source =
      splatValue(tensor) === undefined
        ? this.edge(tensor, permutation)
        : this.scalar(splatValue(tensor) as number, type);
    const dimensions = permute(shape, permutation);
    const edge = this.graph.add('Expand', [source, this.integers(dimensions)], { dimensions, type });
    return this.tensor(edge, shape, permutation);
  }

  /** Returns an edge with every element of the tensor, broadcast axes expanded, in the given layout. */
  denseEdge(tensor: TracedTensor, permutation?: Permutation): Edge {
    return this.edge(this.dense(tensor), permutation);
  }

  /** Reshapes an edge. */
  reshape(edge: Edge, dimensions: Shape): Edge {
    if (sameShape(edge.dimensions, dimensions)) return edge;
    return this.graph.add('Reshape', [edge, this.integers(dimensions)], { dimensions, type: edge.type });
  }

  /** Returns a constant list of 64-bit integers, the type ONNX expects for shapes and axes. */
  integers(values: readonly number[]): Edge {
    return this.shared(`integers ${values}`, () =>
      this.graph.initializer(BigInt64Array.from(values, BigInt), [values.length], 'int64'),
    );
  }

  /** Returns a constant list of floats. */
  floats(values: readonly number[]): Edge {
    return this.shared(`floats ${values}`, () =>
      this.graph.initializer(Float32Array.from(values), [values.length], 'float32'),
    );
  }

  /** Returns a constant scalar. */
  scalar(value: number, type: SymbolType = 'float32'): Edge {
    const key = Object.is(value, -0) ? '-0' : `${value}`;
    return this.shared(`${type} ${key}`, () => this.graph.initializer(numbers(type, value), [], type));
  }

  /** Casts an edge to another element type. */
  cast(edge: Edge, type: ElementType): Edge {
    if (edge.type === type) return edge;
    const codes = { float32: 1, float16: 10, int32: 6, int64: 7, bool: 9 };
    return this.graph.add('Cast', [edge], { dimensions: edge.dimensions, type }, { to: codes[type] });
  }

  /** TF.js knows neither 64-bit integers nor float16. */
  #asSymbol(edge: Edge): Edge & { readonly type: SymbolType } {
    const { type } = edge;
    if (type === 'int64') return this.#asSymbol(this.cast(edge, 'int32'));
    if (type === 'float16') return this.#asSymbol(this.cast(edge, 'float32'));
    return edge as Edge & { readonly type: SymbolType };
  }

  /** Returns the edge cached under the key, creating it on first use. */
  shared(key: string, make: () => Edge): Edge {
    let edge = this.#shared.get(key);
    if (!edge) {
      edge = make();
      this.#shared.set(key, edge);
    }
    return edge;
  }
}
