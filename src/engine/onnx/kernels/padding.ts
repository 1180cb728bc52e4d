/** Padding. @module */
import type { Shape } from '../../engine.js';
import { identity, permute } from '../tracing/axis-order.js';
import type { TracedTensor } from '../tracing/symbol.js';
import type { Trace } from '../tracing/trace.js';
import { type KernelFamily, kernel } from './kernel.js';

type Paddings = readonly (readonly [number, number])[];

const paddedShape = (shape: Shape, paddings: Paddings): number[] =>
  shape.map((size, axis) => size + paddings[axis][0] + paddings[axis][1]);

function padded(trace: Trace, x: TracedTensor, paddings: Paddings, mode: string, value = 0): TracedTensor {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const layout = x.forms[0]?.permutation ?? identity(x.shape.length);
  const shape = paddedShape(x.shape, paddings);
  const pads = [0, 1].flatMap((side) => layout.map((axis) => paddings[axis][side]));
  const constant = mode === 'constant' ? [trace.scalar(value, x.type)] : [];
  const inputs = [trace.denseEdge(x, layout), trace.integers(pads), ...constant];
  const result = { dimensions: permute(shape, layout), type: x.type };
  return trace.tensor(trace.graph.add('Pad', inputs, result, { mode }), shape, layout);
}

/** Symmetric padding, which repeats the border itself. ONNX's Pad lacks this mode, so rows are gathered by index. */
function symmetric(trace: Trace, x: TracedTensor, paddings: Paddings): TracedTensor {
  // A border that is repeated once is the same as one that is extended.
  if (paddings.every((pair) => Math.max(...pair) <= 1)) return padded(trace, x, paddings, 'edge');
  const layout = x.forms[0]?.permutation ?? identity(x.shape.length);
  let edge = trace.denseEdge(x, layout);
  const shape = [...x.shape];
  paddings.forEach(([before, after], axis) => {
    if (before === 0 && after === 0) return;
    const size = x.shape[axis];
    const rows = Array.from({ length: before + size + after }, (_, index) => {
      const row = index - before;
      return row < 0 ? -row - 1 : row < size ? row : 2 * size - row - 1;
    });
    shape[axis] = rows.length;
    const result = { dimensions: permute(shape, layout), type: x.type };
    edge = trace.graph.add('Gather', [edge, trace.integers(rows)], result, { axis: layout.indexOf(axis) });
  });
  return trace.tensor(edge, shape, layout);
}

/** Constant and mirror padding. */
export const padding: KernelFamily = {
  constants: 'dense',
  kernels: {
    PadV2: kernel<{ paddings: Paddings; constantValue: number }>((trace, { x }, attributes) =>
      padded(trace, x, attributes.paddings, 'constant', attributes.constantValue),
    ),
    MirrorPad: kernel<{ paddings: Paddings; mode: 'reflect' | 'symmetric' }>((trace, { x }, attributes) =>
      attributes.mode === 'reflect'
        ? padded(trace, x, attributes.paddings, 'reflect')
        : symmetric(trace, x, attributes.paddings),
    ),
  },
};
