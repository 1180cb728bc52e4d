/**
 * 3x3 convolutions with Winograd's minimal filtering F(4x4, 3x3) (Lavin & Gray 2016), which computes a tile of 4x4
 * outputs with 36 multiplications instead of 144. ONNX Runtime has no Winograd convolution for CPUs, so this builds one
 * from its operators. Gathering the pixels of all tiles makes the 36 positions within a tile the first axis. Each
 * transform is then a product with a small constant matrix, and the multiplication in between is one matrix product per
 * position. Images are stored channels last, so that each gather moves a contiguous row of channels.
 * @module
 */
import type { Shape } from '../../../engine.js';
import type { Edge } from '../../graph.js';
import { identity } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import type { Geometry } from '../geometry.js';

/** Outputs and inputs of a tile along one axis. The transform of a tile has as many positions as inputs. */
export const outputs = 4;
const inputs = 6;
export const places = inputs * inputs;

/** B^T, G and A^T of Lavin & Gray, section 4.3, for the points 0, 1, -1, 2, -2 and infinity. */
const inputTransform = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
export const filterTransform = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
export const outputTransform = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/**
 * Costs relative to one multiplication in ONNX Runtime's direct convolution: one multiplication in a matrix product,
 * and moving one number in a transform. Packing the filter for each product costs as much as `packingRows` extra rows.
 * Measured with AVX-512.
 */
const productCost = 1.27;
const movingCost = 42;
const packingRows = 53;

/**
 * The cost of one multiplication in a direct convolution with a filter that is trained: ONNX Runtime uses its blocked
 * layout only with constant filters, and the gradient with respect to the filter copies both operands, whereas Winograd
 * filtering shares the transformed input with the forward pass.
 */
const trainedFilterCost = 1.6;

/** Larger transforms exceed all caches, so memory bandwidth would dominate. */
const largestTransformBytes = 512 * 2 ** 20;

export const tilesOf = ({ output }: Geometry): [number, number] => [
  Math.ceil(output[0] / outputs),
  Math.ceil(output[1] / outputs),
];

/**
 * Whether a convolution can use Winograd filtering and is expected to run faster with it.
 * @param filter shape of the filter, `[height, width, input, output]`
 * @param isTrained whether the filter is an input of the graph and not a constant
 */
export function isFasterByWinograd(trace: Trace, g: Geometry, filter: Shape, isTrained: boolean): boolean {
  if (!trace.options.minimalFiltering) return false;
  const [height, width, from, to] = filter;
  if (height !== 3 || width !== 3) return false;
  if ([...g.stride, ...g.dilation].some((step) => step !== 1)) return false;
  const [rows, columns] = tilesOf(g);
  const tiles = g.outputShape[0] * rows * columns;
  if (4 * places * tiles * Math.max(from, to) > largestTransformBytes) return false;
  const perProduct = isTrained ? trainedFilterCost : 1;
  const direct = perProduct * 9 * g.outputShape[0] * g.output[0] * g.output[1] * from * to;
  const filtering = productCost * places * (tiles + packingRows) * from * to;
  const transforming = productCost * (places * from + outputs * outputs * to) + movingCost * (from + to);
  return filtering + places * tiles * transforming < 0.9 * direct;
}

/** The Kronecker product of a matrix with itself, row-major. It applies a transform along both axes of a tile. */
export const alongBothAxes = (matrix: readonly (readonly number[])[]): Float32Array =>
  Float32Array.from(matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((x) => b.map((y) => x * y)))));

/** The transforms for one direction. Rotating the filter by 180 degrees is equivalent to rotating each tile instead. */
export const transforms = (turned: boolean) => ({
  input: alongBothAxes(turned ? inputTransform.map((row) => row.toReversed()) : inputTransform),
  output: alongBothAxes(turned ? outputTransform.toReversed() : outputTransform),
});

/** Row indices into the padded images, ordered by position, then image, then tile. */
function tileRows(
  batch: number,
  tiles: readonly [number, number],
  padded: readonly [number, number],
): Int32Array {
  const rows = new Int32Array(places * batch * tiles[0] * tiles[1]);
  let index = 0;
  for (let place = 0; place < places; place++) {
    const [down, right] = [Math.floor(place / inputs), place % inputs];
    for (let image = 0; image < batch; image++) {
      for (let y = 0; y < tiles[0]; y++) {
        const row = (image * padded[0] + outputs * y + down) * padded[1] + right;
        for (let x = 0; x < tiles[1]; x++) rows[index++] = row + outputs * x;
      }
    }
  }
  return rows;
}

/** For each output pixel, its row index among the transformed tiles. */
function pixelRows(
  batch: number,
  tiles: readonly [number, number],
  size: readonly [number, number],
): Int32Array {
  const rows = new Int32Array(batch * size[0] * size[1]);
  let index = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < size[0]; y++) {
      for (let x = 0; x < size[1]; x++) {
        const place = (y % outputs) * outputs + (x % outputs);
        const tile = Math.floor(y / outputs) * tiles[1] + Math.floor(x / outputs);
        rows[index++] = (place * batch + image) * tiles[0] * tiles[1] + tile;
      }
    }
  }
  return rows;
}

/** A shared constant that is fully determined by its name. */
export const constant = (
  trace: Trace,
  name: string,
  dimensions: Shape,
  make: () => Float32Array | Int32Array,
): Edge =>
  trace.shared(`winograd ${name}`, () => {
    const data = make();
    return trace.graph.initializer(data, dimensions, data instanceof Int32Array ? 'int32' : 'float32');
  });

export const product = (trace: Trace, a: Edge, b: Edge, dimensions: Shape): Edge =>
  trace.graph.add('MatMul', [a, b], { dimensions });

/** Gathers rows of channels by index. */
export const gathered = (trace: Trace, x: Edge, rows: Edge): Edge =>
  trace.graph.add('Gather', [x, rows], { dimensions: [rows.dimensions[0], x.dimensions[1]] }, { axis: 0 });

/** Transforms the input: `[batch, height, width, channels]` to `[36, batch * tiles, channels]`. */
export function analyzed(trace: Trace, x: Edge, g: Geometry, transform: Float32Array, turned: boolean): Edge {
  const [batch, height, width, channels] = x.dimensions;
  const tiles = tilesOf(g);
  const padded: [number, number] = [outputs * tiles[0] + 2, outputs * tiles[1] + 2];
  const after = [padded[0] - height - g.before[0], padded[1] - width - g.before[1]];
  const pads = trace.integers([0, ...g.before, 0, 0, ...after, 0]);
  const image = trace.graph.add('Pad', [x, pads], { dimensions: [batch, ...padded, channels] });
  const count = batch * tiles[0] * tiles[1];
  const rows = constant(trace, `tiles ${batch} ${tiles}`, [places * count], () =>
    tileRows(batch, tiles, padded),
  );
  const tile = gathered(trace, trace.reshape(image, [batch * padded[0] * padded[1], channels]), rows);
  const matrix = constant(trace, `input ${turned}`, [places, places], () => transform);
  const flat = trace.reshape(tile, [places, count * channels]);
  return trace.reshape(product(trace, matrix, flat, [places, count * channels]), [places, count, channels]);
}

/** Transforms the output: `[36, batch * tiles, channels]` to `[batch, height, width, channels]`. */
function synthesized(trace: Trace, x: Edge, g: Geometry, transform: Float32Array, turned: boolean): Edge {
  const [, count, channels] = x.dimensions;
  const [batch] = g.outputShape;
  const tiles = tilesOf(g);
  const pixels = outputs * outputs;
  const matrix = constant(trace, `output ${turned}`, [pixels, places], () => transform);
  const flat = product(trace, matrix, trace.reshape(x, [places, count * channels]), [
    pixels,
    count * channels,
  ]);
  const rows = constant(trace, `pixels ${batch} ${g.output}`, [batch * g.output[0] * g.output[1]], () =>
    pixelRows(batch, tiles, g.output),
  );
  return trace.reshape(gathered(trace, trace.reshape(flat, [pixels * count, channels]), rows), g.outputShape);
}

/** The transformed filters, `[36, input, output]`. ONNX Runtime folds them into a constant when it loads the model. */
function transformedFilter(trace: Trace, filter: TracedTensor): Edge {
  const [, , from, to] = filter.shape;
  const matrix = constant(trace, 'filter', [places, 9], () => alongBothAxes(filterTransform));
  const taps = trace.reshape(trace.edge(filter), [9, from * to]);
  return trace.reshape(product(trace, matrix, taps, [places, from * to]), [places, from, to]);
}

/**
 * Records a 3x3 convolution. With `turned`, the filter is rotated by 180 degrees and its channels are swapped, which
 * gives the gradient of a convolution with respect to its input. Both share the transformed filter.
 * @param g geometry of the recorded convolution; with `turned`, that of the gradient
 */
export function winogradConvolution(
  trace: Trace,
  x: TracedTensor,
  filter: TracedTensor,
  g: Geometry,
  turned: boolean,
): TracedTensor {
  const filters = transformedFilter(trace, filter);
  const transform = transforms(turned);
  const input = analyzed(trace, trace.denseEdge(x), g, transform.input, turned);
  const [, count] = input.dimensions;
  const filtered = trace.graph.add(
    'FusedMatMul',
    [input, filters],
    { dimensions: [places, count, filters.dimensions[turned ? 1 : 2]] },
    { transB: turned ? 1 : 0 },
    'com.microsoft',
  );
  return trace.tensor(synthesized(trace, filtered, g, transform.output, turned), g.outputShape, identity(4));
}
