/** Transposed convolutions. @module */
import type { Shape } from '../../../engine.js';
import type { Edge } from '../../graph.js';
import { channelsFirst, permute } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { after, both, type Geometry } from '../geometry.js';
import { convolved } from './precision.js';

/**
 * Records a transposed convolution: the gradient of a convolution with respect to its input.
 * @param dy `[batch, height, width, output channels]`
 * @param weights `[output, input / group, height, width]`
 */
export function transposedConvolution(
  trace: Trace,
  dy: TracedTensor,
  weights: Edge,
  inputShape: Shape,
  g: Geometry,
  group: number,
): TracedTensor {
  const behind = after(g);
  const edge = convolved(
    trace,
    'ConvTranspose',
    [trace.denseEdge(dy, channelsFirst), weights],
    permute(inputShape, channelsFirst),
    {
      kernel_shape: g.kernel,
      strides: g.stride,
      dilations: g.dilation,
      pads: [...g.before, ...both((axis) => Math.max(0, behind[axis]))],
      output_padding: both((axis) => Math.max(0, -behind[axis])),
      group,
    },
  );
  return trace.tensor(edge, inputShape, channelsFirst);
}
