/** Kernels that gather, scatter and sort elements by index. @module */
import { WildstyleError } from '../../../errors.js';
import type { Shape } from '../../engine.js';
import { sizeOf } from '../../shape.js';
import type { Edge } from '../graph.js';
import { identity, permute } from '../tracing/axis-order.js';
import type { SymbolType, TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { type KernelFamily, kernel, normalizedAxes } from './kernel.js';

const gather = kernel<{ axis: number; batchDims: number }>((trace, { x, indices }, attributes) => {
  const [axis] = normalizedAxes(attributes.axis, x.shape.length);
  const [batchDims] = normalizedAxes(attributes.batchDims, indices.shape.length);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  if (batchDims > 0) return gatherRows(trace, x, indices, axis, batchDims, shape);
  const layout = indices.shape.length === 1 ? (x.forms[0]?.permutation ?? identity(shape.length)) : undefined;
  const inputs = [trace.denseEdge(x, layout), trace.denseEdge(indices)];
  const result = { dimensions: layout ? permute(shape, layout) : shape, type: x.type };
  const physical = layout ? layout.indexOf(axis) : axis;
  return trace.tensor(trace.graph.add('Gather', inputs, result, { axis: physical }), shape, layout);
});

/** Batched gather: each row of the batch has its own indices. */
function gatherRows(
  trace: Trace,
  x: TracedTensor,
  indices: TracedTensor,
  axis: number,
  batchDims: number,
  shape: Shape,
): TracedTensor {
  if (axis !== batchDims) {
    const message = `The onnx engine does not support the TF.js kernel GatherV2 with axis ${axis} and batchDims ${batchDims}.`;
    throw new WildstyleError('kernel-unsupported', message, {
      cure: 'Gather along the first axis after the batch dimensions.',
    });
  }
  const places = trace.reshape(trace.cast(trace.denseEdge(indices), 'int64'), [...indices.shape, 1]);
  const result = { dimensions: shape, type: x.type };
  const attributes = { batch_dims: batchDims };
  return trace.tensor(trace.graph.add('GatherND', [trace.denseEdge(x), places], result, attributes), shape);
}

/** Adds updates to a zero tensor at the given indices. `indices` is `[n, depth]`, `updates` is `[n, ...]`. */
function scatter(trace: Trace, indices: Edge, updates: Edge, shape: Shape): TracedTensor {
  const type = updates.type === 'int32' ? 'int32' : 'float32';
  const zeros = trace.graph.add('Expand', [trace.scalar(0, type), trace.integers(shape)], {
    dimensions: shape,
    type,
  });
  const inputs = [zeros, trace.cast(indices, 'int64'), updates];
  return trace.tensor(
    trace.graph.add('ScatterND', inputs, { dimensions: shape, type }, { reduction: 'add' }),
    shape,
  );
}

interface OneHotAttributes {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype?: SymbolType;
}

const oneHot = kernel<OneHotAttributes>((trace, { indices }, { depth, onValue, offValue, dtype }) => {
  const type = dtype ?? 'float32';
  const shape = [...indices.shape, depth];
  const numbered = trace.reshape(trace.denseEdge(indices), [...indices.shape, 1]);
  const classes = trace.edge(trace.constant(Int32Array.from(identity(depth)), [depth], 'int32'));
  const equal = trace.graph.add('Equal', [numbered, classes], { dimensions: shape, type: 'bool' });
  const choices = [trace.scalar(onValue), trace.scalar(offValue)];
  const chosen = trace.graph.add('Where', [equal, ...choices], { dimensions: shape });
  return trace.tensor(trace.cast(chosen, type), shape);
});

const topK = kernel<{ k: number; sorted: boolean }>((trace, { x }, { k, sorted }) => {
  const rank = x.shape.length;
  const shape = [...x.shape.slice(0, -1), k];
  const layout = x.forms[0]?.permutation ?? identity(rank);
  const dimensions = permute(shape, layout);
  const [values, places] = trace.graph.addMany(
    'TopK',
    [trace.denseEdge(x, layout), trace.integers([k])],
    [
      { dimensions, type: x.type },
      { dimensions, type: 'int64' },
    ],
    { axis: layout.indexOf(rank - 1), sorted: sorted ? 1 : 0 },
  );
  return [trace.tensor(values, shape, layout), trace.tensor(places, shape, layout)];
});

/** Gather, scatter and sorting kernels. */
export const gathering: KernelFamily = {
  constants: 'dense',
  kernels: {
    GatherV2: gather,
    GatherNd: kernel<object>((trace, { params, indices }) => {
      const depth = indices.shape[indices.shape.length - 1];
      const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
      const inputs = [trace.denseEdge(params), trace.cast(trace.denseEdge(indices), 'int64')];
      return trace.tensor(
        trace.graph.add('GatherND', inputs, { dimensions: shape, type: params.type }),
        shape,
      );
    }),
    ScatterNd: kernel<{ shape: number[] }>((trace, { indices, updates }, { shape }) =>
      scatter(trace, trace.denseEdge(indices), trace.denseEdge(updates), shape),
    ),
    UnsortedSegmentSum: kernel<{ numSegments: number }>((trace, { x, segmentIds }, { numSegments }) => {
      const ids = trace.reshape(trace.denseEdge(segmentIds), [sizeOf(segmentIds.shape), 1]);
      const inner = x.shape.slice(segmentIds.shape.length);
      const updates = trace.reshape(trace.denseEdge(x), [sizeOf(segmentIds.shape), ...inner]);
      return scatter(trace, ids, updates, [numSegments, ...inner]);
    }),
    OneHot: oneHot,
    TopK: topK,
  },
};
