/** Reshapes, transposes and fills. They move data only if they have to. @module */
import type { Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import { identity, type Permutation, permute, reshapedLayout, sameShape } from '../tracing/axis-order.js';
import { Constant, isDense, type SymbolType, splatValue, type TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { type Kernel, type KernelFamily, kernel } from './kernel.js';

/** Broadcasts a tensor to a shape, without expanding it. */
export function broadcast(trace: Trace, tensor: TracedTensor, shape: Shape): TracedTensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  const missing = shape.length - tensor.shape.length;
  const { stored, type, constant, forms } =
    missing === 0
      ? tensor
      : reshaped(trace, tensor, [...new Array<number>(missing).fill(1), ...tensor.shape]);
  return { shape, stored, type, forms, constant };
}

/** Reshapes a tensor. */
export function reshaped(trace: Trace, tensor: TracedTensor, shape: Shape): TracedTensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  const splat = splatValue(tensor);
  if (splat !== undefined) return trace.splat(splat, shape, tensor.type);
  const stored = isDense(tensor) ? shape : reshapedStored(tensor, shape);
  if (!stored) return reshaped(trace, trace.dense(tensor), shape);
  const { constant, type } = tensor;
  if (constant) return trace.ofConstant(new Constant(constant.values, stored), shape, type);
  for (const form of tensor.forms) {
    const layout = reshapedLayout(tensor.stored, form.permutation, stored);
    if (layout)
      return trace.tensor(trace.reshape(form.edge, permute(stored, layout)), shape, layout, { stored });
  }
  return trace.tensor(trace.reshape(trace.edge(tensor), stored), shape, undefined, { stored });
}

/** The stored shape of a broadcast tensor after a reshape; undefined unless only axes of size 1 come or go. */
function reshapedStored(tensor: TracedTensor, shape: Shape): Shape | undefined {
  const kept = tensor.shape.flatMap((size, axis) =>
    size === 1 ? [] : [{ size, stored: tensor.stored[axis] }],
  );
  if (
    !sameShape(
      kept.map(({ size }) => size),
      shape.filter((size) => size !== 1),
    )
  )
    return undefined;
  return shape.map((size) => (size === 1 ? 1 : (kept.shift()?.stored ?? 1)));
}

/** Permutes the axes of a tensor. Only the layout changes, nothing moves (except constants, at trace time). */
export function transposed(trace: Trace, tensor: TracedTensor, order: Permutation): TracedTensor {
  const { type, constant } = tensor;
  const [shape, stored] = [permute(tensor.shape, order), permute(tensor.stored, order)];
  if (constant) return trace.ofConstant(new Constant(constant.arranged(order), stored), shape, type);
  const forms = tensor.forms.map(({ edge, permutation }) => ({
    edge,
    permutation: permutation.map((axis) => order.indexOf(axis)),
  }));
  return { shape, stored, type, forms };
}

const tile = kernel<{ reps: number[] }>((trace, { x }, { reps }) => {
  const shape = x.shape.map((size, axis) => size * reps[axis]);
  const repeats = x.stored.every((size, axis) => size === 1 || reps[axis] === 1);
  if (repeats) return broadcast(trace, x, shape);
  const layout = x.forms[0]?.permutation ?? identity(shape.length);
  const edge = trace.graph.add('Tile', [trace.denseEdge(x, layout), trace.integers(permute(reps, layout))], {
    dimensions: permute(shape, layout),
    type: x.type,
  });
  return trace.tensor(edge, shape, layout);
});

const filled =
  (value: number): Kernel =>
  (trace, { x }) =>
    trace.splat(value, x.shape, x.type);

/** Reshape, transpose, broadcast and fill kernels. */
export const shape: KernelFamily = {
  constants: 'never',
  kernels: {
    Identity: (_, { x }) => x,
    Reshape: kernel<{ shape: number[] }>((trace, { x }, attributes) => {
      const known = sizeOf(attributes.shape.filter((size) => size >= 0));
      const target = attributes.shape.map((size) => (size < 0 ? sizeOf(x.shape) / known : size));
      return reshaped(trace, x, target);
    }),
    ExpandDims: kernel<{ dim: number }>((trace, { input }, { dim }) => {
      const target = [...input.shape];
      target.splice(dim < 0 ? dim + target.length + 1 : dim, 0, 1);
      return reshaped(trace, input, target);
    }),
    Transpose: kernel<{ perm: number[] }>((trace, { x }, { perm }) => transposed(trace, x, perm)),
    BroadcastTo: kernel<{ shape: number[] }>((trace, { x }, attributes) =>
      broadcast(trace, x, attributes.shape),
    ),
    Tile: tile,
    Fill: kernel<{ shape: number[]; value: number; dtype?: SymbolType }>((trace, _, attributes) =>
      trace.splat(attributes.value, attributes.shape, attributes.dtype ?? 'float32'),
    ),
    ZerosLike: filled(0),
    OnesLike: filled(1),
  },
};
