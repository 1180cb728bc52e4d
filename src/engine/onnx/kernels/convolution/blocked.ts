/**
 * Convolutions in ONNX Runtime's blocked layout, which keeps a block of channels together. ONNX Runtime uses it by
 * itself, but only if filters are constants; for trained filters, the graph rearranges filters and images.
 * @module
 */
import { blockChannels, blockedDomain } from '../../blocked-layout.js';
import type { Attribute, Edge } from '../../graph.js';
import type { Trace } from '../../tracing/trace.js';

/** Whether a convolution can use the blocked layout. @param filter dimensions `[output, input, height, width]` */
export const canBeBlocked = (trace: Trace, [to, from]: readonly number[]): boolean =>
  trace.options.minimalFiltering &&
  blockChannels > 1 &&
  to % blockChannels === 0 &&
  from % blockChannels === 0;

/** `[output, input, height, width]` to blocks of `[input, output]`, innermost. */
function blockedFilter(trace: Trace, filter: Edge): Edge {
  const [to, from, height, width] = filter.dimensions;
  const size = blockChannels;
  const split = [to / size, size, from / size, size, height, width];
  const order = [0, 2, 4, 5, 3, 1];
  const dimensions = order.map((axis) => split[axis]);
  const parts = trace.reshape(filter, split);
  const arranged = trace.graph.add('Transpose', [parts], { dimensions }, { perm: order });
  return trace.reshape(arranged, filter.dimensions);
}

/**
 * Records a convolution in the blocked layout.
 * @param x `[batch, channels, height, width]`
 * @param filter `[output, input, height, width]`
 * @param dimensions of the result, channels first
 */
export function blockedConvolution(
  trace: Trace,
  x: Edge,
  filter: Edge,
  dimensions: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): Edge {
  const image = trace.graph.add('ReorderInput', [x], { dimensions: x.dimensions }, {}, blockedDomain);
  const inputs = [image, blockedFilter(trace, filter)];
  const result = trace.graph.add('Conv', inputs, { dimensions }, attributes, blockedDomain);
  return reordered(trace, result);
}

/** Back to `[batch, channels, height, width]`. */
function reordered(trace: Trace, result: Edge): Edge {
  const { dimensions } = result;
  return trace.graph.add(
    'ReorderOutput',
    [result],
    { dimensions },
    { channels: dimensions[1] },
    blockedDomain,
  );
}

/**
 * Records a convolution again, with a bias.
 * @returns undefined if the edge is not the result of a convolution without one
 */
export function convolutionWithBias(trace: Trace, edge: Edge, bias: Edge): Edge | undefined {
  const node = trace.graph.producer(edge);
  if (node?.operator === 'ReorderOutput') {
    const result = convolutionWithBias(trace, node.inputs[0] as Edge, bias);
    return result && reordered(trace, result);
  }
  if (node?.operator !== 'Conv' || node.inputs.length !== 2) return undefined;
  const { dimensions } = edge;
  return trace.graph.add('Conv', [...node.inputs, bias], { dimensions }, node.attributes, node.domain);
}
