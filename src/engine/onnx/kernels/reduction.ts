/** Reductions and scans along axes. @module */
import type { Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import type { Edge } from '../graph.js';
import { identity, permute } from '../tracing/axis-order.js';
import { type SymbolType, splatValue, type TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { cast } from './elementwise/unary.js';
import { type Kernel, type KernelFamily, kernel, normalizedAxes } from './kernel.js';
import { broadcast, reshaped } from './shape.js';

interface Attributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

/** Reduces a tensor along axes, which keep size 1. */
function reduced(trace: Trace, x: TracedTensor, operator: string, axes: readonly number[]): TracedTensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const stored = x.stored.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const present = axes.filter((axis) => x.stored[axis] !== 1);
  if (present.length === 0) return { shape, stored, type: x.type, forms: x.forms, constant: x.constant };
  const layout = x.forms[0]?.permutation ?? identity(shape.length);
  const result = { dimensions: permute(stored, layout), type: x.type };
  const physical = present.map((axis) => layout.indexOf(axis)).sort((a, b) => a - b);
  const edge =
    leadingSum(trace, trace.edge(x, layout), operator, physical, result.dimensions) ??
    trace.graph.add(operator, [trace.edge(x, layout), trace.integers(physical)], result, { keepdims: 1 });
  return trace.tensor(edge, shape, layout, { stored });
}

/** Below this many numbers, a reduction takes no time. */
const smallestProduct = 4096;

/**
 * Sums or averages the leading axes of each item by a product with a row of equal numbers; undefined where that does not
 * apply or pay. The bytes of an item do not depend on the batch.
 */
function leadingSum(
  trace: Trace,
  edge: Edge,
  operator: string,
  axes: readonly number[],
  dimensions: Shape,
): Edge | undefined {
  const isMean = operator === 'ReduceMean';
  if (!trace.options.productsSum || !(isMean || operator === 'ReduceSum')) return undefined;
  const batch = axes[0] === 0 ? 1 : edge.dimensions[0];
  const size = sizeOf(edge.dimensions) / batch;
  const columns = sizeOf(dimensions) / batch;
  const rows = size / columns;
  const areLeading = sizeOf(edge.dimensions.slice(0, axes[axes.length - 1] + 1)) === batch * rows;
  if (!areLeading || columns === 1 || size < smallestProduct || edge.type !== 'float32') return undefined;
  const factor = isMean ? 1 / rows : 1;
  const row = trace.shared(`row ${rows} of ${factor}`, () =>
    trace.graph.initializer(new Float32Array(rows).fill(factor), [1, rows], 'float32'),
  );
  const operands = [row, trace.reshape(edge, [batch, rows, columns])];
  return trace.reshape(trace.graph.add('MatMul', operands, { dimensions: [batch, 1, columns] }), dimensions);
}

/** How many times a reduction over broadcast axes counts each stored element. */
const repetitions = (x: TracedTensor, axes: readonly number[]): number =>
  sizeOf(axes.filter((axis) => x.stored[axis] === 1).map((axis) => x.shape[axis]));

const reduction = (operator: string, repeated: 'ignore' | 'multiply' | 'write out' = 'ignore'): Kernel =>
  kernel<Attributes>((trace, inputs, attributes) => {
    const x = repeated === 'write out' ? trace.dense(inputs.x) : inputs.x;
    const rank = x.shape.length;
    const axes = normalizedAxes(attributes.axis ?? attributes.reductionIndices ?? identity(rank), rank);
    let result = reduced(trace, x, operator, axes);
    const times = repetitions(x, axes);
    if (repeated === 'multiply' && times !== 1) result = scaled(trace, result, times);
    return attributes.keepDims
      ? result
      : reshaped(
          trace,
          result,
          x.shape.filter((_, axis) => !axes.includes(axis)),
        );
  });

function scaled(trace: Trace, x: TracedTensor, factor: number): TracedTensor {
  const splat = splatValue(x);
  if (splat !== undefined) return trace.splat(splat * factor, x.shape, x.type);
  const layout = x.forms[0].permutation;
  const inputs = [x.forms[0].edge, trace.scalar(factor, x.type)];
  const edge = trace.graph.add('Mul', inputs, { dimensions: permute(x.stored, layout), type: x.type });
  return broadcast(trace, trace.tensor(edge, x.stored, layout), x.shape);
}

/** ONNX cannot reduce booleans. As integers, their minimum is "all" and their maximum is "any". */
const logical =
  (name: 'Min' | 'Max'): Kernel =>
  (trace, inputs, attributes) => {
    const x = cast(trace, inputs.x, 'int32');
    const result = reduction(`Reduce${name}`)(trace, { x }, attributes) as TracedTensor;
    return cast(trace, result, 'bool');
  };

const position = (operator: string): Kernel =>
  kernel<{ axis: number }>((trace, inputs, { axis }) => {
    const x = trace.dense(inputs.x);
    const layout = x.forms[0]?.permutation ?? identity(x.shape.length);
    const [reducedAxis] = normalizedAxes(axis, x.shape.length);
    const kept = x.shape.map((size, index) => (index === reducedAxis ? 1 : size));
    const edge = trace.graph.add(
      operator,
      [trace.edge(x, layout)],
      { dimensions: permute(kept, layout), type: 'int64' },
      { axis: layout.indexOf(reducedAxis), keepdims: 1 },
    );
    return reshaped(trace, trace.tensor(edge, kept, layout), x.shape.toSpliced(reducedAxis, 1));
  });

const along = (
  record: (trace: Trace, x: TracedTensor, axis: number, attributes: ScanAttributes) => TracedTensor,
): Kernel =>
  kernel<ScanAttributes>((trace, inputs, attributes) => {
    const x = trace.dense(inputs.x ?? inputs.logits);
    const axis = attributes.axis ?? attributes.dim ?? -1;
    return record(trace, x, normalizedAxes(axis, x.shape.length)[0], attributes);
  });

interface ScanAttributes {
  readonly axis?: number;
  readonly dim?: number;
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

/** Reduction, softmax and cumulative sum kernels. */
export const reductions: KernelFamily = {
  constants: 'dense',
  kernels: {
    Sum: reduction('ReduceSum', 'multiply'),
    // The mean of integers or booleans is a float.
    Mean: (trace, { x }, attributes) =>
      reduction('ReduceMean')(trace, { x: cast(trace, x, 'float32') }, attributes),
    Max: reduction('ReduceMax'),
    Min: reduction('ReduceMin'),
    Prod: reduction('ReduceProd', 'write out'),
    All: logical('Min'),
    Any: logical('Max'),
    ArgMax: position('ArgMax'),
    ArgMin: position('ArgMin'),
    Softmax: along((trace, x, axis) => {
      const layout = x.forms[0]?.permutation ?? identity(x.shape.length);
      const result = { dimensions: permute(x.shape, layout) };
      const attributes = { axis: layout.indexOf(axis) };
      return trace.tensor(
        trace.graph.add('Softmax', [trace.edge(x, layout)], result, attributes),
        x.shape,
        layout,
      );
    }),
    Cumsum: along((trace, x, axis, { exclusive, reverse }) => {
      const layout = x.forms[0]?.permutation ?? identity(x.shape.length);
      const inputs = [trace.edge(x, layout), trace.integers([layout.indexOf(axis)])];
      const result = { dimensions: permute(x.shape, layout), type: x.type as SymbolType };
      const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
      return trace.tensor(trace.graph.add('CumSum', inputs, result, attributes), x.shape, layout);
    }),
  },
};
