/**
 * The graph that a trace records: ONNX nodes over physical tensors. Equal nodes are recorded once; nodes whose results
 * nobody uses are dropped at the end.
 * @module
 */
import type { Shape } from '../engine.js';

/** Types of elements that a graph holds; 64-bit integers are shapes, axes and places. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'int64';

/** A tensor of the graph, as it lies in memory. */
export interface Edge {
  readonly name: string;
  readonly dimensions: Shape;
  readonly type: ElementType;
}

/** Integers, strings, or floats marked as such: ONNX tells them apart, JavaScript does not. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One operator applied; an input that is left out is undefined. */
export interface Node {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly (Edge | undefined)[];
  readonly outputs: readonly Edge[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The numbers of an initializer, by element type. */
export type ConstantArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** A constant of the graph. */
export interface Initializer {
  readonly edge: Edge;
  readonly data: ConstantArray;
}

/** What a node produces. */
export interface Result {
  readonly dimensions: Shape;
  readonly type?: ElementType;
}

/** Records nodes in the order in which they can run. */
export class Graph {
  inputs: Edge[] = [];
  readonly outputs: Edge[] = [];
  nodes: Node[] = [];
  initializers: Initializer[] = [];
  readonly #recorded = new Map<string, Node>();
  readonly #producers = new Map<string, Node>();
  #count = 0;

  /** Records a node of one output, or finds the equal one recorded before. */
  add(
    operator: string,
    inputs: readonly (Edge | undefined)[],
    result: Result,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Edge {
    return this.addMany(operator, inputs, [result], attributes, domain)[0] as Edge;
  }

  /** Records a node of several outputs, or finds the equal one recorded before. */
  addMany(
    operator: string,
    inputs: readonly (Edge | undefined)[],
    results: readonly Result[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): readonly Edge[] {
    const names = inputs.map((edge) => edge?.name ?? '');
    const key = JSON.stringify([operator, names, attributes, results.length, results[0]?.type]);
    const known = this.#recorded.get(key);
    if (known) return known.outputs;
    const outputs = results.map(({ dimensions, type = 'float32' }) => this.#edge(dimensions, type));
    const node: Node = { operator, domain, inputs, outputs, attributes };
    this.nodes.push(node);
    this.#recorded.set(key, node);
    for (const edge of outputs) this.#producers.set(edge.name, node);
    return outputs;
  }

  /** The node that computes a tensor; undefined for inputs and initializers. */
  producer(edge: Edge): Node | undefined {
    return this.#producers.get(edge.name);
  }

  input(dimensions: Shape, type: ElementType = 'float32'): Edge {
    const edge = this.#edge(dimensions, type);
    this.inputs.push(edge);
    return edge;
  }

  initializer(data: ConstantArray, dimensions: Shape, type: ElementType): Edge {
    const edge = this.#edge(dimensions, type);
    this.initializers.push({ edge, data });
    return edge;
  }

  /** Declares an output under a name of its own; a tensor may be the output several times, or an input as well. */
  output(edge: Edge): Edge {
    const output = this.#edge(edge.dimensions, edge.type);
    this.nodes.push({ operator: 'Identity', domain: '', inputs: [edge], outputs: [output], attributes: {} });
    this.outputs.push(output);
    return output;
  }

  /** Drops every node, initializer and input that no output depends on. */
  prune(): void {
    const needed = new Set(this.outputs.map((edge) => edge.name));
    const kept: Node[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((edge) => needed.has(edge.name))) continue;
      for (const edge of node.inputs) if (edge) needed.add(edge.name);
      kept.push(node);
    }
    this.nodes = kept.reverse();
    this.inputs = this.inputs.filter((edge) => needed.has(edge.name));
    this.initializers = this.initializers.filter(({ edge }) => needed.has(edge.name));
  }

  #edge(dimensions: Shape, type: ElementType): Edge {
    return { name: `t${this.#count++}`, dimensions, type };
  }
}
