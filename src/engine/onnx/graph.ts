/**
 * The graph that a trace records: ONNX nodes on tensors in their memory layout. Identical nodes are recorded once.
 * Unused nodes are pruned at the end.
 * @module
 */
import type { Shape } from '../engine.js';

/** Element types of a graph. ONNX uses 64-bit integers for shapes, axes and indices. */
export type ElementType = 'float32' | 'float16' | 'int32' | 'bool' | 'int64';

/** A tensor of the graph, with its physical dimensions. */
export interface Edge {
  readonly name: string;
  readonly dimensions: Shape;
  readonly type: ElementType;
}

/**
 * A node attribute. Plain numbers are integers; floats are wrapped, because JavaScript does not distinguish the two.
 */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One application of an ONNX operator. An omitted optional input is undefined. */
export interface Node {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly (Edge | undefined)[];
  readonly outputs: readonly Edge[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The data of an initializer. */
export type ConstantArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** A constant of the graph. */
export interface Initializer {
  readonly edge: Edge;
  readonly data: ConstantArray;
}

/** The dimensions and type (default float32) of a node's output. */
export interface Result {
  readonly dimensions: Shape;
  readonly type?: ElementType;
}

/** A graph under construction. Nodes are recorded in topological order. */
export class Graph {
  inputs: Edge[] = [];
  readonly outputs: Edge[] = [];
  nodes: Node[] = [];
  initializers: Initializer[] = [];
  readonly #recorded = new Map<string, Node>();
  readonly #producers = new Map<string, Node>();
  #count = 0;

  /** Records a node with one output, or returns the output of an identical node. */
  add(
    operator: string,
    inputs: readonly (Edge | undefined)[],
    result: Result,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Edge {
    return this.addMany(operator, inputs, [result], attributes, domain)[0] as Edge;
  }

  /** Records a node with several outputs, or returns the outputs of an identical node. */
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

  /** Returns the node that computes a tensor; undefined for inputs and initializers. */
  producer(edge: Edge): Node | undefined {
    return this.#producers.get(edge.name);
  }

  /** Returns a view of a tensor in other dimensions if the graph has one already. */
  view(edge: Edge): Edge | undefined {
    return this.nodes.find(({ operator, inputs }) => operator === 'Reshape' && inputs[0] === edge)
      ?.outputs[0];
  }

  /** Adds a graph input. */
  input(dimensions: Shape, type: ElementType = 'float32'): Edge {
    const edge = this.#edge(dimensions, type);
    this.inputs.push(edge);
    return edge;
  }

  /** Adds a constant. */
  initializer(data: ConstantArray, dimensions: Shape, type: ElementType): Edge {
    const edge = this.#edge(dimensions, type);
    this.initializers.push({ edge, data });
    return edge;
  }

  /**
   * Declares an output and gives it its own name, because a tensor can be several outputs at once, or also an input.
   */
  output(edge: Edge): Edge {
    const output = this.#edge(edge.dimensions, edge.type);
    this.nodes.push({ operator: 'Identity', domain: '', inputs: [edge], outputs: [output], attributes: {} });
    this.outputs.push(output);
    return output;
  }

  /** Removes the nodes, initializers and inputs that no output depends on. */
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
