/** Depthwise convolutions. @module */
import type { Shape } from '../../../engine.js';
import type { Edge } from '../../graph.js';
import { channelsFirst } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import type { Geometry } from '../geometry.js';
import { sliced } from '../rearrangement.js';
import { transposedConvolution } from './transposed.js';

/** Converts a depthwise filter to a grouped one with one input channel per group, as ONNX expects. */
export function depthwiseFilter(trace: Trace, filter: TracedTensor): Edge {
  const [height, width, channels, multiplier] = filter.shape;
  return trace.reshape(trace.denseEdge(filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

/**
 * The gradient of a depthwise convolution with respect to its input. ONNX Runtime's WebGPU is wrong if a group has several
 * channels, so there the gradients of the filters of a channel are added up one by one.
 */
export function depthwiseInputGradient(
  trace: Trace,
  dy: TracedTensor,
  filter: TracedTensor,
  inputShape: Shape,
  g: Geometry,
): TracedTensor {
  const channels = inputShape[3];
  const multiplier = filter.shape[3];
  if (trace.options.anyChannels || multiplier === 1)
    return transposedConvolution(trace, dy, depthwiseFilter(trace, filter), inputShape, g, channels);
  const of = (tensor: TracedTensor, first: number, stride: number): TracedTensor => {
    const begin = [0, 0, 0, first];
    return sliced(trace, tensor, begin, tensor.shape, [1, 1, 1, stride]);
  };
  const gradients = Array.from({ length: multiplier }, (_, index) => {
    const { shape } = filter;
    const own = sliced(trace, filter, [0, 0, 0, index], [...shape.slice(0, 3), index + 1]);
    return transposedConvolution(
      trace,
      of(dy, index, multiplier),
      depthwiseFilter(trace, own),
      inputShape,
      g,
      channels,
    );
  });
  const [first, ...rest] = gradients.map((gradient) => trace.denseEdge(gradient, channelsFirst));
  const sum = rest.reduce((a, b) => trace.graph.add('Add', [a, b], { dimensions: a.dimensions }), first);
  return trace.tensor(sum, inputShape, channelsFirst);
}
