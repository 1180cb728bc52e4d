/** The kernel interface of the tracing backend, and helpers shared by kernels. @module */
import type { Named, Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import type { Edge } from '../graph.js';
import { identity, type Permutation, permute } from '../tracing/axis-order.js';
import { splatValue, type TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';

/** Records one TF.js kernel. Inputs have TF.js's names, or indices for kernels that take a list. */
export type Kernel = (
  trace: Trace,
  inputs: Named<TracedTensor>,
  attributes: Readonly<Record<string, unknown>>,
) => TracedTensor | TracedTensor[];

/**
 * Kernels by TF.js name. `constants` says what happens if every input is a constant: `elementwise` kernels are
 * evaluated at trace time on the stored elements, `dense` kernels on all elements; `never` leaves it to the kernels.
 */
export interface KernelFamily {
  readonly constants: 'elementwise' | 'dense' | 'never';
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/** Declares a kernel with typed attributes, as TF.js defines them for the kernel. */
export const kernel =
  <A>(
    record: (trace: Trace, inputs: Named<TracedTensor>, attributes: A) => TracedTensor | TracedTensor[],
  ): Kernel =>
  (trace, inputs, attributes) =>
    record(trace, inputs, attributes as A);

/** Prepends axes of size 1, as broadcasting does. */
const extended = (shape: Shape, rank: number): number[] => [
  ...new Array<number>(rank - shape.length).fill(1),
  ...shape,
];

/** Returns the shape that results from broadcasting shapes to each other, aligned at the last axis. */
export function broadcastShape(shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const all = shapes.map((shape) => extended(shape, rank));
  return identity(rank).map((axis) => all.map((shape) => shape[axis]).find((size) => size !== 1) ?? 1);
}

/** The layout of the largest operand, to move as little data as possible. */
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

/** Records an elementwise operator with broadcasting. At least one operand must not be a constant. */
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

/** Returns axes as a list of numbers from 0 to rank - 1. */
export const normalizedAxes = (axes: number | readonly number[], rank: number): number[] =>
  (typeof axes === 'number' ? [axes] : axes).map((axis) => (axis < 0 ? axis + rank : axis));

/** Returns the inputs of a TF.js kernel that takes a list. */
export const listed = (inputs: Named<TracedTensor>): TracedTensor[] => Object.values(inputs);

/** Expands the tensors' broadcast axes and converts them to a common layout, that of the largest. */
export function inCommonLayout(
  trace: Trace,
  tensors: readonly TracedTensor[],
): { edges: Edge[]; layout: Permutation } {
  const dense = tensors.map((tensor) => trace.dense(tensor));
  const layout = commonLayout(dense, tensors[0].shape.length);
  return { edges: dense.map((tensor) => trace.edge(tensor, layout)), layout };
}
