/** Convolutions and their gradients. @module */
import type { Shape } from '../../../engine.js';
import type { Attribute, Edge } from '../../graph.js';
import { channelsFirst, permute } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { type Activation, finished } from '../elementwise/activation.js';
import {
  after,
  both,
  type ConvolutionAttributes,
  convolutionGeometry,
  forGradient,
  type Geometry,
} from '../geometry.js';
import { type KernelFamily, kernel } from '../kernel.js';
import { blockedConvolution, canBeBlocked } from './blocked.js';
import { depthwiseFilter, depthwiseInputGradient } from './depthwise.js';
import { rotatedFilter } from './filter.js';
import { depthwiseFilterGradient, productFilterGradient } from './filter-gradient.js';
import { convolved } from './precision.js';
import { transposedConvolution } from './transposed.js';
import { isFasterByWinograd, winogradConvolution } from './winograd.js';
import { winogradFilterGradient } from './winograd-gradient.js';

/**
 * Image and filter, with channels of zeros where ONNX Runtime's WebGPU is wrong: 6, 9, 18, ... input channels and a multiple
 * of four output channels (onnxruntime #29651). Grouped filters have one input channel, so they are right.
 */
function computable(trace: Trace, image: Edge, filter: Edge): Edge[] {
  const [to, from] = filter.dimensions;
  if (trace.options.anyChannels || from <= 3 || from % 3 !== 0 || from % 4 === 0 || to % 4 !== 0)
    return [image, filter];
  const missing = 4 - (from % 4);
  return [image, filter].map((edge) => {
    const dimensions = edge.dimensions.with(1, from + missing);
    return trace.graph.add('Pad', [edge, trace.integers([0, 0, 0, 0, 0, missing, 0, 0])], { dimensions });
  });
}

function convolve(
  trace: Trace,
  x: TracedTensor,
  weights: Edge,
  g: Geometry,
  extra: { group?: number; isTrained?: boolean } = {},
): TracedTensor {
  const behind = after(g);
  const attributes: Record<string, Attribute> = {
    kernel_shape: g.kernel,
    strides: g.stride,
    dilations: g.dilation,
    pads: [...g.before, ...both((axis) => Math.max(0, behind[axis]))],
    group: extra.group ?? 1,
  };
  const image = trace.denseEdge(x, channelsFirst);
  const dimensions = permute(g.outputShape, channelsFirst);
  const edge =
    extra.isTrained && canBeBlocked(trace, weights.dimensions)
      ? blockedConvolution(trace, image, weights, dimensions, attributes)
      : convolved(trace, 'Conv', computable(trace, image, weights), dimensions, attributes);
  return trace.tensor(edge, g.outputShape, channelsFirst);
}

function forward(trace: Trace, x: TracedTensor, filter: TracedTensor, g: Geometry): TracedTensor {
  if (isFasterByWinograd(trace, g, filter.shape, !filter.constant))
    return winogradConvolution(trace, x, filter, g, false);
  return convolve(trace, x, trace.denseEdge(filter, [3, 2, 0, 1]), g, { isTrained: !filter.constant });
}

/**
 * Up to this many input channels, a transposed convolution computes the gradient faster: 3.5 times for the 3 channels of an
 * image, because the blocked layout would pad them to 16.
 */
const fewChannels = 4;

/**
 * The gradient of a convolution with respect to its input. With stride 1 it is a convolution with the filter rotated by
 * 180 degrees and its channels swapped; otherwise it is a transposed convolution.
 */
function convolveBack(
  trace: Trace,
  dy: TracedTensor,
  filter: TracedTensor,
  inputShape: Shape,
  g: Geometry,
): TracedTensor {
  const plain =
    g.stride.every((stride) => stride === 1) &&
    g.dilation.every((dilation) => dilation === 1) &&
    inputShape[3] > fewChannels;
  const before = both((axis) => g.kernel[axis] - 1 - g.before[axis]);
  if (plain && before.every((pad) => pad >= 0) && after(g).every((pad, axis) => pad < g.kernel[axis])) {
    const turned = { ...g, input: g.output, output: g.input, before, outputShape: inputShape };
    if (isFasterByWinograd(trace, turned, filter.shape, !filter.constant))
      return winogradConvolution(trace, dy, filter, turned, true);
    return convolve(trace, dy, rotatedFilter(trace, filter), turned, { isTrained: !filter.constant });
  }
  return transposedConvolution(trace, dy, trace.denseEdge(filter, [3, 2, 0, 1]), inputShape, g, 1);
}

/** The gradient with respect to the filter. */
function filterGradient(
  trace: Trace,
  x: TracedTensor,
  dy: TracedTensor,
  filterShape: Shape,
  g: Geometry,
): TracedTensor {
  if (isFasterByWinograd(trace, g, filterShape, true)) return winogradFilterGradient(trace, x, dy, g);
  return productFilterGradient(trace, x, dy, g);
}

/** Convolutions and their gradients. */
export const convolution: KernelFamily = {
  constants: 'dense',
  kernels: {
    Conv2D: kernel<ConvolutionAttributes>((trace, { x, filter }, attributes) =>
      forward(trace, x, filter, convolutionGeometry(x.shape, filter.shape, attributes)),
    ),
    FusedConv2D: kernel<ConvolutionAttributes & Activation>((trace, { x, filter, bias }, attributes) => {
      const g = convolutionGeometry(x.shape, filter.shape, attributes);
      const result = forward(trace, x, filter, g);
      return finished(trace, result, bias, attributes);
    }),
    Conv2DBackpropInput: kernel<ConvolutionAttributes & { inputShape: number[] }>(
      (trace, { dy, filter }, attributes) =>
        convolveBack(
          trace,
          dy,
          filter,
          attributes.inputShape,
          forGradient(convolutionGeometry(attributes.inputShape, filter.shape, attributes), dy.shape),
        ),
    ),
    Conv2DBackpropFilter: kernel<ConvolutionAttributes & { filterShape: number[] }>(
      (trace, { x, dy }, attributes) =>
        filterGradient(
          trace,
          x,
          dy,
          attributes.filterShape,
          forGradient(convolutionGeometry(x.shape, attributes.filterShape, attributes), dy.shape),
        ),
    ),
    DepthwiseConv2dNative: kernel<ConvolutionAttributes>((trace, { x, filter }, attributes) =>
      convolve(
        trace,
        x,
        depthwiseFilter(trace, filter),
        convolutionGeometry(x.shape, filter.shape, attributes, true),
        {
          group: x.shape[3],
        },
      ),
    ),
    DepthwiseConv2dNativeBackpropInput: kernel<ConvolutionAttributes & { inputShape: number[] }>(
      (trace, { dy, filter }, attributes) => {
        const { inputShape } = attributes;
        const g = forGradient(convolutionGeometry(inputShape, filter.shape, attributes, true), dy.shape);
        return depthwiseInputGradient(trace, dy, filter, inputShape, g);
      },
    ),
    DepthwiseConv2dNativeBackpropFilter: kernel<ConvolutionAttributes & { filterShape: number[] }>(
      (trace, { x, dy }, attributes) => {
        const g = convolutionGeometry(x.shape, attributes.filterShape, attributes, true);
        return depthwiseFilterGradient(trace, x, dy, forGradient(g, dy.shape));
      },
    ),
  },
};
