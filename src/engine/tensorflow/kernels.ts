/**
 * Kernels of the package that know no padding but `valid` and `same`: here, images are padded and gradients are cropped.
 * @module
 */
import {
  backend_util,
  div,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  onesLike,
  pad,
  registerKernel,
  slice,
  type Tensor4D,
  type TensorInfo,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs';

type Size = [batch: number, height: number, width: number, channels: number];

/** The part of TF.js's description of a convolution or pooling that is used. */
type Windows = Pick<
  backend_util.Conv2DInfo,
  | 'inShape'
  | 'padInfo'
  | 'outHeight'
  | 'outWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'effectiveFilterHeight'
  | 'effectiveFilterWidth'
>;

/** A call of a kernel. */
interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  /** Calls the kernel of the package. */
  readonly original: (inputs: Record<string, TensorInfo>, attrs: NamedAttrMap) => Tensor4D;
}

/** Attributes with which TF.js describes convolutions and pooling. */
interface WindowAttributes {
  filterSize: [number, number] | number;
  filterShape: Size;
  inputShape: Size;
  strides: [number, number] | number;
  dilations: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode: 'floor' | 'round' | 'ceil';
}

const shapeOf = (tensor: TensorInfo): Size => tensor.shape as Size;

/** The places of the windows; for images with channels last, as all of wildstyle's are. */
function windowsOf(attrs: NamedAttrMap, input: Size, filter?: Size, depthwise = false): Windows {
  const { strides, dilations, pad, dimRoundingMode, filterSize } = attrs as unknown as WindowAttributes;
  return filter
    ? backend_util.computeConv2DInfo(input, filter, strides, dilations ?? 1, pad, dimRoundingMode, depthwise)
    : backend_util.computePool2DInfo(input, filterSize, strides, 1, pad as number, dimRoundingMode);
}

const knownByPackage = ({ padInfo: { type } }: Windows): boolean => type === 'VALID' || type === 'SAME';

type Margins = [[number, number], [number, number], [number, number], [number, number]];

/** Pixels around the image, such that windows without padding have the same places. */
function marginsOf(windows: Windows): Margins {
  const { inShape, padInfo, outHeight, outWidth, strideHeight, strideWidth } = windows;
  const after = (size: number, before: number, count: number, stride: number, window: number) =>
    Math.max(0, (count - 1) * stride + window - size - before);
  const { top, left } = padInfo;
  return [
    [0, 0],
    [top, after(inShape[1], top, outHeight, strideHeight, windows.effectiveFilterHeight)],
    [left, after(inShape[2], left, outWidth, strideWidth, windows.effectiveFilterWidth)],
    [0, 0],
  ];
}

const padded = (image: TensorInfo, margins: Margins, value = 0): Tensor4D =>
  pad(image as Tensor4D, margins, value);

const paddedSize = (size: Size, margins: Margins): Size =>
  size.map((length, axis) => length + margins[axis][0] + margins[axis][1]) as Size;

const cropped = (image: Tensor4D, margins: Margins, size: Size): Tensor4D =>
  slice(
    image,
    margins.map(([before]) => before),
    size,
  );

const valid = (attrs: NamedAttrMap): NamedAttrMap => ({ ...attrs, pad: 'valid', dimRoundingMode: 'floor' });

const convolution =
  (depthwise: boolean) =>
  ({ inputs: { x, filter }, attrs, original }: Call): Tensor4D => {
    const windows = windowsOf(attrs, shapeOf(x), shapeOf(filter), depthwise);
    if (attrs.dataFormat === 'NCHW' || knownByPackage(windows)) return original({ x, filter }, attrs);
    return original({ x: padded(x, marginsOf(windows)), filter }, valid(attrs));
  };

const convolutionInputGradient =
  (depthwise: boolean) =>
  ({ inputs: { dy, filter }, attrs, original }: Call): Tensor4D => {
    const { inputShape } = attrs as unknown as WindowAttributes;
    const windows = windowsOf(attrs, inputShape, shapeOf(filter), depthwise);
    if (attrs.dataFormat === 'NCHW' || knownByPackage(windows)) return original({ dy, filter }, attrs);
    const margins = marginsOf(windows);
    const ofPadded = { ...valid(attrs), inputShape: paddedSize(inputShape, margins) };
    return cropped(original({ dy, filter }, ofPadded), margins, inputShape);
  };

const convolutionFilterGradient =
  (depthwise: boolean) =>
  ({ inputs: { x, dy }, attrs, original }: Call): Tensor4D => {
    const { filterShape } = attrs as unknown as WindowAttributes;
    const windows = windowsOf(attrs, shapeOf(x), filterShape, depthwise);
    if (attrs.dataFormat === 'NCHW' || knownByPackage(windows)) return original({ x, dy }, attrs);
    return original({ x: padded(x, marginsOf(windows)), dy }, valid(attrs));
  };

function maxPooling({ inputs: { x }, attrs, original }: Call): Tensor4D {
  const windows = windowsOf(attrs, shapeOf(x));
  if (knownByPackage(windows)) return original({ x }, attrs);
  return original({ x: padded(x, marginsOf(windows), Number.NEGATIVE_INFINITY) }, valid(attrs));
}

function maxPoolingGradient({ inputs: { dy, input, output }, attrs, original }: Call): Tensor4D {
  const windows = windowsOf(attrs, shapeOf(input));
  if (knownByPackage(windows)) return original({ dy, input, output }, attrs);
  const margins = marginsOf(windows);
  const around = padded(input, margins, Number.NEGATIVE_INFINITY);
  return cropped(original({ dy, input: around, output }, valid(attrs)), margins, shapeOf(input));
}

/** Pixels outside of the image do not count. */
function averagePooling({ inputs: { x }, attrs, original }: Call): Tensor4D {
  const windows = windowsOf(attrs, shapeOf(x));
  if (knownByPackage(windows)) return original({ x }, attrs);
  const average = (image: TensorInfo) => original({ x: padded(image, marginsOf(windows)) }, valid(attrs));
  return div(average(x), average(onesLike(x as Tensor4D)));
}

/** TF.js divides by the size of the window, at the border, too; TensorFlow by the number of pixels in it. */
function averagePoolingGradient({ inputs: { dy, input }, attrs, original }: Call): Tensor4D {
  const windows = windowsOf(attrs, shapeOf(input));
  if (windows.padInfo.type === 'VALID') return original({ dy, input }, attrs);
  const margins = marginsOf(windows);
  return cropped(original({ dy, input: padded(input, margins) }, valid(attrs)), margins, shapeOf(input));
}

const mended: Readonly<Record<string, (call: Call) => Tensor4D>> = {
  Conv2D: convolution(false),
  Conv2DBackpropInput: convolutionInputGradient(false),
  Conv2DBackpropFilter: convolutionFilterGradient(false),
  DepthwiseConv2dNative: convolution(true),
  DepthwiseConv2dNativeBackpropInput: convolutionInputGradient(true),
  DepthwiseConv2dNativeBackpropFilter: convolutionFilterGradient(true),
  MaxPool: maxPooling,
  MaxPoolGrad: maxPoolingGradient,
  AvgPool: averagePooling,
  AvgPoolGrad: averagePoolingGradient,
};

/** Puts the kernels of this module in the place of those of the package. @throws if the package lacks one of them */
export function mendKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(mended)) {
    const { kernelFunc } = getKernel(kernelName, backendName);
    const config: KernelConfig = {
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs = {}, backend }) => {
        const original: Call['original'] = (given, own) =>
          kernelFunc({ inputs: given, attrs: own, backend }) as Tensor4D;
        return tidy(() => kernel({ inputs: inputs as Call['inputs'], attrs, original }));
      },
    };
    unregisterKernel(kernelName, backendName);
    registerKernel(config);
  }
}
