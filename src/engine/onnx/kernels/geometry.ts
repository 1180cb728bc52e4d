/** The numbers of convolutions and poolings, as TF.js defines them. @module */
import { backend_util } from '@tensorflow/tfjs';
import { WildstyleError } from '../../../errors.js';
import type { Shape } from '../../engine.js';

type Pair = readonly [number, number];
type Padding =
  | 'valid'
  | 'same'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

/** What TF.js's convolution kernels are given. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The numbers of one convolution, for both spatial axes. */
export interface Geometry {
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly before: Pair;
  readonly outputShape: Shape;
}

/** One number for the rows and one for the columns. */
export const both = (make: (axis: 0 | 1) => number): [number, number] => [make(0), make(1)];

/** The numbers of a convolution. @param filter `[height, width, input, output]` */
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

/** Rows (or columns) that the kernel reaches over. */
const extent = ({ kernel, dilation }: Geometry, axis: 0 | 1): number =>
  (kernel[axis] - 1) * dilation[axis] + 1;

/** Padding behind the input that gives just the output that TF.js computes. */
export const after = (g: Geometry): [number, number] =>
  both((axis) => (g.output[axis] - 1) * g.stride[axis] + extent(g, axis) - g.input[axis] - g.before[axis]);

/** What TF.js's pooling kernels are given. */
export interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The numbers of a pooling. @param input `[batch, height, width, channels]` */
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
  // ONNX Runtime refuses windows that may lie outside of the image altogether, and not before they run.
  if (both((axis) => axis).some((axis) => Math.max(g.before[axis], after(g)[axis]) >= g.kernel[axis])) {
    throw new WildstyleError(
      'kernel-unsupported',
      `The onnx engine cannot execute a pooling kernel with windows of ${g.kernel} and padding of ${g.before}.`,
      { cure: 'Pad by less than the size of the window, or pad the image first.' },
    );
  }
  return g;
}

/**
 * The numbers of a kernel whose gradient is asked for, with a check: the gradients of TF.js do not know how their kernel
 * rounded its size, and go on with numbers that belong to another output.
 * @param gradient shape of the gradient with respect to the kernel's output
 */
export function forGradient(g: Geometry, gradient: Shape): Geometry {
  if (g.outputShape.join() === gradient.join()) return g;
  throw new WildstyleError(
    'kernel-unsupported',
    `The onnx engine cannot execute a gradient of the shape [${gradient}] where TF.js counts on [${g.outputShape}].`,
    { cure: 'Leave dimRoundingMode at floor where gradients are needed.' },
  );
}
