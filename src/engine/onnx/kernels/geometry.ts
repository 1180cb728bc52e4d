/** The sizes, strides and padding of convolutions and pooling, as TF.js defines them. @module */
import { backend_util } from '@tensorflow/tfjs';
import { WildstyleError } from '../../../errors.js';
import type { Shape } from '../../engine.js';

type Pair = readonly [number, number];
type Padding =
  | 'valid'
  | 'same'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

/** Attributes of TF.js's convolution kernels. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The geometry of one convolution or pooling. Pairs are [vertical, horizontal]. */
export interface Geometry {
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Padding at the top and on the left. */
  readonly before: Pair;
  /** `[batch, height, width, channels]` */
  readonly outputShape: Shape;
}

/** Computes a number for each spatial axis: vertical, horizontal. */
export const both = (make: (axis: 0 | 1) => number): [number, number] => [make(0), make(1)];

/** Returns the geometry of a convolution. @param filter `[height, width, input, output]` */
export function convolutionGeometry(
  input: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
  depthwise = false,
): Geometry {
  const info = backend_util.computeConv2DInfo(
    input as [number, number, number, number],
    filter as [number, number, number, number],
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    depthwise,
  );
  return fromInfo(info);
}

function fromInfo(info: backend_util.Conv2DInfo): Geometry {
  return {
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
    outputShape: info.outShape,
  };
}

/** The extent of the dilated kernel along an axis, in pixels. */
const extent = ({ kernel, dilation }: Geometry, axis: 0 | 1): number =>
  (kernel[axis] - 1) * dilation[axis] + 1;

/** Padding at the bottom and on the right that yields exactly TF.js's output size. May be negative. */
export const after = (g: Geometry): [number, number] =>
  both((axis) => (g.output[axis] - 1) * g.stride[axis] + extent(g, axis) - g.input[axis] - g.before[axis]);

/** Attributes of TF.js's pooling kernels. */
export interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Returns the geometry of a pooling.
 * @param input `[batch, height, width, channels]`
 * @throws `kernel-unsupported` if the padding is not smaller than the window
 */
export function poolGeometry(input: Shape, attributes: PoolAttributes): Geometry {
  const info = backend_util.computePool2DInfo(
    input as [number, number, number, number],
    attributes.filterSize,
    attributes.strides,
    1,
    attributes.pad,
    attributes.dimRoundingMode,
  );
  const g = fromInfo(info);
  // ONNX Runtime rejects windows that may lie entirely outside the image, but only when the graph runs.
  if (both((axis) => axis).some((axis) => Math.max(g.before[axis], after(g)[axis]) >= g.kernel[axis])) {
    throw new WildstyleError(
      'kernel-unsupported',
      `The onnx engine does not support pooling with a ${g.kernel.join('x')} window and padding [${g.before.join(', ')}].`,
      { cure: 'Use padding smaller than the window, or pad the image first.' },
    );
  }
  return g;
}

/**
 * Checks the geometry of a kernel against its incoming gradient and returns it. TF.js's gradients ignore
 * `dimRoundingMode`, so they may assume a wrong output size.
 * @param gradient shape of the gradient with respect to the kernel's output
 * @throws `kernel-unsupported` if the shapes differ
 */
export function forGradient(g: Geometry, gradient: Shape): Geometry {
  if (g.outputShape.join() === gradient.join()) return g;
  throw new WildstyleError(
    'kernel-unsupported',
    `The gradient has shape [${gradient}], but TF.js assumes an output of shape [${g.outputShape}].`,
    { cure: 'Use dimRoundingMode "floor" if you need gradients.' },
  );
}
