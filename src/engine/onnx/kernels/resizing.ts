/** Image resizing and its gradients. @module */
import type { Shape } from '../../engine.js';
import { channelsFirst, permute } from '../tracing/axis-order.js';
import type { Trace } from '../tracing/trace.js';
import { type Kernel, type KernelFamily, kernel } from './kernel.js';

interface Attributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
}

type Interpolation = 'linear' | 'nearest';

function coordinates({ alignCorners, halfPixelCenters }: Attributes): string {
  if (alignCorners) return 'align_corners';
  return halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

/** How nearest neighbors are rounded. TF.js floors, unless corners are aligned or pixels are centered. */
const rounding = ({ alignCorners, halfPixelCenters }: Attributes): string =>
  alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor';

const resize = (mode: Interpolation): Kernel =>
  kernel<Attributes>((trace, { images }, attributes) => {
    const [batch, , , channels] = images.shape;
    const shape = [batch, ...attributes.size, channels];
    const dimensions = permute(shape, channelsFirst);
    const inputs = [trace.denseEdge(images, channelsFirst), undefined, undefined, trace.integers(dimensions)];
    const edge = trace.graph.add(
      'Resize',
      inputs,
      { dimensions },
      {
        mode,
        coordinate_transformation_mode: coordinates(attributes),
        ...(mode === 'nearest' ? { nearest_mode: rounding(attributes) } : {}),
      },
    );
    return trace.tensor(edge, shape, channelsFirst);
  });

/** The interpolation weights along one axis, `[to, from]` in row-major order. */
function resizeMatrix(mode: Interpolation, from: number, to: number, attributes: Attributes): Float32Array {
  const { alignCorners, halfPixelCenters } = attributes;
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const matrix = new Float32Array(to * from);
  const put = (row: number, column: number, weight: number): void => {
    matrix[row * from + Math.min(from - 1, Math.max(0, column))] += weight;
  };
  for (let row = 0; row < to; row++) {
    const centered = halfPixelCenters ? (row + 0.5) * scale : row * scale;
    if (mode === 'nearest') {
      put(row, alignCorners ? Math.round(centered) : Math.floor(centered), 1);
      continue;
    }
    const place = Math.max(0, halfPixelCenters ? centered - 0.5 : centered);
    const first = Math.floor(place);
    put(row, first, 1 - (place - first));
    put(row, first + 1, place - first);
  }
  return matrix;
}

/** Resizing multiplies each axis by a constant matrix; the gradient multiplies by the transposed matrices. */
const resizeGradient = (mode: Interpolation): Kernel =>
  kernel<Attributes>((trace, { dy, images }, attributes) => {
    const [batch, height, width, channels] = images.shape;
    const [fromHeight, fromWidth] = dy.shape.slice(1, 3);
    const vertical = resizeMatrix(mode, height, fromHeight, attributes);
    const horizontal = resizeMatrix(mode, width, fromWidth, attributes);
    const rows = product(
      trace,
      constantMatrix(trace, transpose(vertical, fromHeight, height), [height, fromHeight]),
      trace.denseEdge(dy, channelsFirst),
      [batch, channels, height, fromWidth],
    );
    const edge = product(trace, rows, constantMatrix(trace, horizontal, [fromWidth, width]), [
      batch,
      channels,
      height,
      width,
    ]);
    return trace.tensor(edge, images.shape, channelsFirst);
  });

type Edge = ReturnType<Trace['edge']>;

const product = (trace: Trace, a: Edge, b: Edge, dimensions: Shape): Edge =>
  trace.graph.add('MatMul', [a, b], { dimensions });

const constantMatrix = (trace: Trace, values: Float32Array, shape: Shape): Edge =>
  trace.graph.initializer(values, shape, 'float32');

const transpose = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(matrix, (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)]);

/** Bilinear and nearest-neighbor resizing, and their gradients. */
export const resizing: KernelFamily = {
  constants: 'dense',
  kernels: {
    ResizeBilinear: resize('linear'),
    ResizeNearestNeighbor: resize('nearest'),
    ResizeBilinearGrad: resizeGradient('linear'),
    ResizeNearestNeighborGrad: resizeGradient('nearest'),
  },
};
