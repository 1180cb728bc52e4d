/**
 * 3x3 convolutions by Winograd's minimal filtering F(4x4, 3x3) (Lavin & Gray 2016): a tile of 4x4 outputs takes 36
 * products instead of 144. ONNX Runtime has no such convolution on CPUs, but it has what one consists of. The pixels of
 * every tile are gathered, which puts the 36 places of a tile in front: the transforms are then products with one small
 * constant matrix, and the step between them is one product of matrices for each place. Images lie channels last for
 * it, so that whole rows of channels are moved at once.
 * @module
 */
import type { Shape } from '../../engine.js';
import { identity } from '../axis-order.js';
import type { Edge } from '../graph.js';
import type { TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';
import type { Geometry } from './geometry.js';

/** Along one axis: outputs of a tile, and its inputs, which is also the number of places of its transform. */
const outputs = 4;
const inputs = 6;
const places = inputs * inputs;

/** B^T, G and A^T: Lavin & Gray, section 4.3, with the points 0, 1, -1, 2, -2 and infinity. */
const inputTransform = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const filterTransform = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const outputTransform = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/**
 * The costs of one multiplication, against one of ONNX Runtime's direct convolution: of a matrix product, and of moving
 * one number of a transform. A filter is packed for each product, which takes as long as some more rows would. Measured
 * on AVX-512.
 */
const productCost = 1.35;
const movingCost = 42;
const packingRows = 20;

/** A transform larger than this leaves every cache, and memory would be what limits. */
const largestTransformBytes = 512 * 2 ** 20;

const tilesOf = ({ output }: Geometry): [number, number] => [
  Math.ceil(output[0] / outputs),
  Math.ceil(output[1] / outputs),
];

/** Whether a convolution can be, and is better, done in this way. */
export function isFasterByWinograd(trace: Trace, g: Geometry, filter: TracedTensor): boolean {
  if (!trace.options.minimalFiltering) return false;
  const [height, width, from, to] = filter.shape;
  if (height !== 3 || width !== 3 || !filter.constant) return false;
  if ([...g.stride, ...g.dilation].some((step) => step !== 1)) return false;
  const [rows, columns] = tilesOf(g);
  const tiles = g.outputShape[0] * rows * columns;
  if (4 * places * tiles * Math.max(from, to) > largestTransformBytes) return false;
  const direct = 9 * g.outputShape[0] * g.output[0] * g.output[1] * from * to;
  const filtering = productCost * places * (tiles + packingRows) * from * to;
  const transforming = productCost * (places * from + outputs * outputs * to) + movingCost * (from + to);
  return filtering + places * tiles * transforming < 0.9 * direct;
}

/** The Kronecker product of a matrix with itself, in row-major order: a transform along both axes of a tile. */
const alongBothAxes = (matrix: readonly (readonly number[])[]): Float32Array =>
  Float32Array.from(matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((x) => b.map((y) => x * y)))));

/** The transforms of one direction. A filter turned by 180 degrees is the filter itself on an image turned likewise. */
const transforms = (turned: boolean) => ({
  input: alongBothAxes(turned ? inputTransform.map((row) => row.toReversed()) : inputTransform),
  output: alongBothAxes(turned ? outputTransform.toReversed() : outputTransform),
});

/** Row numbers in the padded images: place by place, then image by image and tile by tile. */
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

/** For each pixel of the output, its row number among the transformed tiles. */
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

/** A constant that depends on the numbers in its name alone. */
const constant = (
  trace: Trace,
  name: string,
  dimensions: Shape,
  make: () => Float32Array | Int32Array,
): Edge =>
  trace.shared(`winograd ${name}`, () => {
    const data = make();
    return trace.graph.initializer(data, dimensions, data instanceof Int32Array ? 'int32' : 'float32');
  });

const product = (trace: Trace, a: Edge, b: Edge, dimensions: Shape): Edge =>
  trace.graph.add('MatMul', [a, b], { dimensions });

/** Rows of channels by number. */
const gathered = (trace: Trace, x: Edge, rows: Edge): Edge =>
  trace.graph.add('Gather', [x, rows], { dimensions: [rows.dimensions[0], x.dimensions[1]] }, { axis: 0 });

/** `[batch, height, width, channels]` to `[36, batch * tiles, channels]`. */
function analyzed(trace: Trace, x: Edge, g: Geometry, transform: Float32Array, turned: boolean): Edge {
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

/** `[36, batch * tiles, channels]` to `[batch, height, width, channels]`. */
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

/** The filters at the 36 places, `[36, input, output]`: a constant, which ONNX Runtime computes when it loads. */
function transformedFilter(trace: Trace, filter: TracedTensor): Edge {
  const [, , from, to] = filter.shape;
  const matrix = constant(trace, 'filter', [places, 9], () => alongBothAxes(filterTransform));
  const taps = trace.reshape(trace.edge(filter), [9, from * to]);
  return trace.reshape(product(trace, matrix, taps, [places, from * to]), [places, from, to]);
}

/**
 * A convolution, or with `turned` one by the filter turned by 180 degrees, its channels swapped: the gradient of a
 * convolution with respect to its input. Both share the transformed filter.
 * @param g the numbers of the convolution that is done, so of the gradient's where `turned`
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
