/** Kernels that slice, split, join and reverse tensors. @module */
import { slice_util } from '@tensorflow/tfjs';
import { sizeOf } from '../../shape.js';
import { identity, permute } from '../tracing/axis-order.js';
import { splatValue, type TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { inCommonLayout, type KernelFamily, kernel, listed, normalizedAxes } from './kernel.js';
import { reshaped } from './shape.js';

/** Slices a tensor from `begin` to `end` (exclusive). Strides may be negative. */
export function sliced(
  trace: Trace,
  tensor: TracedTensor,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[] = begin.map(() => 1),
): TracedTensor {
  const shape = begin.map((start, axis) => Math.max(0, Math.ceil((end[axis] - start) / strides[axis])));
  const splat = splatValue(tensor);
  if (splat !== undefined) return trace.splat(splat, shape, tensor.type);
  const axes = identity(shape.length).filter(
    (axis) => tensor.stored[axis] !== 1 && (shape[axis] !== tensor.shape[axis] || strides[axis] !== 1),
  );
  if (axes.length === 0) return { ...tensor, shape };
  const layout = tensor.forms[0]?.permutation ?? identity(shape.length);
  const stored = shape.map((size, axis) => (tensor.stored[axis] === 1 ? 1 : size));
  const lists = [
    axes.map((axis) => begin[axis]),
    axes.map((axis) => (end[axis] < 0 ? beforeFirst : end[axis])),
    axes.map((axis) => layout.indexOf(axis)),
    axes.map((axis) => strides[axis]),
  ];
  const edge = trace.graph.add(
    'Slice',
    [trace.edge(tensor, layout), ...lists.map((list) => trace.integers(list))],
    {
      dimensions: permute(stored, layout),
      type: tensor.type,
    },
  );
  return trace.tensor(edge, shape, layout, { stored });
}

/** The end of a reversed slice that includes the first element. ONNX counts -1 from the end of the axis. */
const beforeFirst = -2_000_000_000;

/** Concatenates tensors along an axis. */
export function concatenated(trace: Trace, tensors: readonly TracedTensor[], axis: number): TracedTensor {
  const parts = tensors.filter((tensor) => sizeOf(tensor.shape) > 0);
  if (parts.length === 1) return parts[0];
  const { edges, layout } = inCommonLayout(trace, parts);
  const shape = [...parts[0].shape];
  shape[axis] = parts.reduce((size, part) => size + part.shape[axis], 0);
  const edge = trace.graph.add(
    'Concat',
    edges,
    { dimensions: permute(shape, layout), type: parts[0].type },
    { axis: layout.indexOf(axis) },
  );
  return trace.tensor(edge, shape, layout);
}

/** Slice, split, concatenation and reversal kernels. */
export const rearrangement: KernelFamily = {
  constants: 'dense',
  kernels: {
    Concat: kernel<{ axis: number }>((trace, inputs, { axis }) => {
      const tensors = listed(inputs);
      return concatenated(trace, tensors, normalizedAxes(axis, tensors[0].shape.length)[0]);
    }),
    Slice: kernel<SliceAttributes>((trace, { x }, attributes) => {
      const info = { dataId: {}, shape: [...x.shape], dtype: x.type };
      const [begin, size] = slice_util.parseSliceParams(info, attributes.begin, attributes.size);
      slice_util.assertParamsValid(info, begin, size);
      const ends = begin.map((start, axis) => start + size[axis]);
      return sliced(trace, x, begin, ends);
    }),
    SplitV: kernel<{ numOrSizeSplits: number[] | number; axis: number }>((trace, { x }, attributes) => {
      const axis = normalizedAxes(attributes.axis, x.shape.length)[0];
      const { numOrSizeSplits: split } = attributes;
      const sizes =
        typeof split === 'number' ? new Array<number>(split).fill(x.shape[axis] / split) : [...split];
      const open = sizes.indexOf(-1);
      if (open >= 0) sizes[open] = x.shape[axis] - sizes.reduce((sum, size) => sum + size, 1);
      let start = 0;
      return sizes.map((size) => {
        const begin = x.shape.map((_, index) => (index === axis ? start : 0));
        const end = x.shape.map((full, index) => (index === axis ? start + size : full));
        start += size;
        return sliced(trace, x, begin, end);
      });
    }),
    Pack: kernel<{ axis: number }>((trace, inputs, attributes) => {
      const tensors = listed(inputs);
      const axis = normalizedAxes(attributes.axis, tensors[0].shape.length + 1)[0];
      return concatenated(
        trace,
        tensors.map((tensor) => reshaped(trace, tensor, tensor.shape.toSpliced(axis, 0, 1))),
        axis,
      );
    }),
    Unpack: kernel<{ axis: number }>((trace, { value }, attributes) => {
      const axis = normalizedAxes(attributes.axis, value.shape.length)[0];
      return Array.from({ length: value.shape[axis] }, (_, row) => {
        const begin = value.shape.map((_, index) => (index === axis ? row : 0));
        const end = value.shape.map((full, index) => (index === axis ? row + 1 : full));
        return reshaped(trace, sliced(trace, value, begin, end), value.shape.toSpliced(axis, 1));
      });
    }),
    Reverse: kernel<{ dims?: number | number[] }>((trace, { x }, { dims }) => {
      const axes = normalizedAxes(dims ?? identity(x.shape.length), x.shape.length);
      const backwards = (axis: number) => axes.includes(axis) && x.shape[axis] > 1;
      return sliced(
        trace,
        x,
        x.shape.map((size, axis) => (backwards(axis) ? size - 1 : 0)),
        x.shape.map((size, axis) => (backwards(axis) ? -1 : size)),
        x.shape.map((_, axis) => (backwards(axis) ? -1 : 1)),
      );
    }),
    StridedSlice: kernel<StridedSliceAttributes>((trace, { x }, attributes) => {
      const { begin, end, strides, finalShape } = slice_util.sliceInfo(
        x.shape as number[],
        attributes.begin,
        attributes.end,
        attributes.strides,
        attributes.beginMask,
        attributes.endMask,
        attributes.ellipsisMask,
        attributes.newAxisMask,
        attributes.shrinkAxisMask,
      );
      return reshaped(trace, sliced(trace, x, begin, end, strides), finalShape);
    }),
  },
};

/** As passed by the caller: numbers, lists shorter than the rank, and -1 for "to the end" are all possible. */
interface SliceAttributes {
  readonly begin: number | number[];
  readonly size?: number | number[];
}

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}
