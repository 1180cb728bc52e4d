/** What a kernel of the tracing backend is, and the tools kernels share. @module */
import type { Named, Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import { identity, type Permutation, permute } from '../axis-order.js';
import type { Edge } from '../graph.js';
import { splatValue, type TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';

/** Records what one TF.js kernel computes. Inputs are named (or numbered, for lists) as TF.js names them. */
export type Kernel = (
  trace: Trace,
  inputs: Named<TracedTensor>,
  attributes: Readonly<Record<string, unknown>>,
) => TracedTensor | TracedTensor[];

/**
 * Kernels by TF.js name, and what happens when every input is a constant: `elementwise` kernels are evaluated at trace
 * time on the stored elements, `dense` ones on all elements; `never` means that the kernels see to it themselves.
 */
export interface KernelFamily {
  readonly constants: 'elementwise' | 'dense' | 'never';
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/** A kernel with typed attributes: those that TF.js documents for the kernel. */
export const kernel =
  <A>(
    record: (trace: Trace, inputs: Named<TracedTensor>, attributes: A) => TracedTensor | TracedTensor[],
  ): Kernel =>
  (trace, inputs, attributes) =>
    record(trace, inputs, attributes as A);

/** A shape with axes of size one in front, as broadcasting sees it. */
const extended = (shape: Shape, rank: number): number[] => [
  ...new Array<number>(rank - shape.length).fill(1),
  ...shape,
];

/** The shape of several shapes broadcast to each other, aligned at the last axis. */
export function broadcastShape(shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const all = shapes.map((shape) => extended(shape, rank));
  return identity(rank).map((axis) => all.map((shape) => shape[axis]).find((size) => size !== 1) ?? 1);
}

/** The layout of the largest operand, so that the most data stays where it is. */
function commonLayout(operands: readonly TracedTensor[], rank: number): Permutation {
  let best: { size: number; layout: Permutation } = { size: 0, layout: identity(rank) };
  for (const { stored, forms } of operands) {
    const size = sizeOf(stored);
    if (forms.length === 0 || size <= best.size) continue;
    const missing = rank - stored.length;
    best = { size, layout: [...identity(missing), ...forms[0].permutation.map((axis) => axis + missing)] };
  }
  return best.layout;
}

function aligned(trace: Trace, tensor: TracedTensor, layout: Permutation): Edge {
  const splat = splatValue(tensor);
  if (splat !== undefined) return trace.scalar(splat, tensor.type);
  const missing = layout.length - tensor.shape.length;
  const own = layout.filter((axis) => axis >= missing).map((axis) => axis - missing);
  const dimensions = permute(extended(tensor.stored, layout.length), layout);
  const { constant } = tensor;
  if (!constant) return trace.reshape(trace.edge(tensor, own), dimensions);
  return trace.initializer(constant, `${own}`, dimensions, tensor.type, () => constant.arranged(own));
}

/**
 * Records an operator that works element by element, on operands broadcast to each other. At least one operand is no
 * constant.
 */
export function elementwise(
  trace: Trace,
  operands: readonly TracedTensor[],
  record: (edges: readonly Edge[], dimensions: Shape) => Edge,
): TracedTensor {
  const shape = broadcastShape(operands.map((operand) => operand.shape));
  const stored = broadcastShape(operands.map((operand) => operand.stored));
  const layout = commonLayout(operands, shape.length);
  const edges = operands.map((operand) => aligned(trace, operand, layout));
  return trace.tensor(record(edges, permute(stored, layout)), shape, layout, { stored });
}

/** Axes as a list of numbers from 0 to rank - 1. */
export const normalizedAxes = (axes: number | readonly number[], rank: number): number[] =>
  (typeof axes === 'number' ? [axes] : axes).map((axis) => (axis < 0 ? axis + rank : axis));

/** The tensors of a TF.js kernel whose inputs are a list. */
export const listed = (inputs: Named<TracedTensor>): TracedTensor[] => Object.values(inputs);

/** The tensors written out and in one common layout: that of the largest. */
export function inCommonLayout(
  trace: Trace,
  tensors: readonly TracedTensor[],
): { edges: Edge[]; layout: Permutation } {
  const dense = tensors.map((tensor) => trace.dense(tensor));
  const layout = commonLayout(dense, tensors[0].shape.length);
  return { edges: dense.map((tensor) => trace.edge(tensor, layout)), layout };
}
