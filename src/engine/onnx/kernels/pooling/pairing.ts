/**
 * 2x2 max pooling of channels-last images. ONNX Runtime's own pooling would need them transposed first. Each window is
 * reduced pair by pair: first its columns, then its rows. Among equal pixels, the first in row-major order wins.
 * @module
 */

import type { Edge } from '../../graph.js';
import { identity, sameShape } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import type { Geometry } from '../geometry.js';

/** Whether the windows are 2x2 with stride 2 and cover the image exactly, and the image is stored channels last. */
export const isPaired = (x: TracedTensor, g: Geometry): boolean =>
  x.forms.some(({ permutation }) => sameShape(permutation, identity(4))) &&
  ([0, 1] as const).every(
    (axis) =>
      g.kernel[axis] === 2 &&
      g.stride[axis] === 2 &&
      g.before[axis] === 0 &&
      g.input[axis] === 2 * g.output[axis],
  );

/** The dimensions `[pairs, 2, size]` that put neighboring pixels next to each other. */
type Pairs = readonly [pairs: number, size: number];

const columnPairs = ([batch, height, width, channels]: readonly number[]): Pairs => [
  (batch * height * width) / 2,
  channels,
];
const rowPairs = ([batch, height, width, channels]: readonly number[]): Pairs => [
  (batch * height) / 2,
  (width / 2) * channels,
];

function larger(trace: Trace, x: Edge, [pairs, size]: Pairs): Edge {
  const inputs = [trace.reshape(x, [pairs, 2, size]), trace.integers([1])];
  return trace.graph.add('ReduceMax', inputs, { dimensions: [pairs, 1, size] }, { keepdims: 1 });
}

/** Passes each pair's gradient to the larger of the two, and zero to the other. */
function toLarger(trace: Trace, dy: Edge, x: Edge, [pairs, size]: Pairs): Edge {
  const dimensions = [pairs, 1, size];
  const halves = [{ dimensions }, { dimensions }];
  const pair = trace.reshape(x, [pairs, 2, size]);
  const [first, second] = trace.graph.addMany('Split', [pair], halves, { axis: 1, num_outputs: 2 });
  const gradient = trace.reshape(dy, dimensions);
  const isFirst = trace.graph.add('GreaterOrEqual', [first, second], { dimensions, type: 'bool' });
  const ofFirst = trace.graph.add('Where', [isFirst, gradient, trace.scalar(0)], { dimensions });
  const ofSecond = trace.graph.add('Sub', [gradient, ofFirst], { dimensions });
  return trace.graph.add('Concat', [ofFirst, ofSecond], { dimensions: [pairs, 2, size] }, { axis: 1 });
}

/** Max pooling of an image `[batch, height, width, channels]` that satisfies {@link isPaired}. */
export function pairedMaxima(trace: Trace, x: TracedTensor, g: Geometry): TracedTensor {
  const ofColumns = larger(trace, trace.denseEdge(x), columnPairs(x.shape));
  const maxima = larger(trace, ofColumns, rowPairs(x.shape));
  return trace.tensor(trace.reshape(maxima, g.outputShape), g.outputShape);
}

/** The gradient of {@link pairedMaxima} with respect to its input `x`. */
export function pairedMaximaGradient(trace: Trace, dy: TracedTensor, x: TracedTensor): TracedTensor {
  const edge = trace.denseEdge(x);
  const ofColumns = larger(trace, edge, columnPairs(x.shape));
  const gradient = toLarger(trace, trace.denseEdge(dy), ofColumns, rowPairs(x.shape));
  const full = toLarger(trace, gradient, edge, columnPairs(x.shape));
  return trace.tensor(trace.reshape(full, x.shape), x.shape);
}
