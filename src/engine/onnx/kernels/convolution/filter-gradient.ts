/**
 * Gradients of convolutions with respect to their filters, as one matrix product over all pixels of the batch. ONNX
 * Runtime has no operator for them; written as a convolution with batch and channels swapped, they take several times
 * as long as the forward pass.
 * @module
 */
import type { Shape } from '../../../engine.js';
import { sizeOf } from '../../../shape.js';
import type { Edge } from '../../graph.js';
import { sameShape } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { both, type Geometry } from '../geometry.js';
import { matrixProduct } from '../matrix-product.js';

/** Channels first, and channels before the batch. */
const layouts = { image: [0, 3, 1, 2], channel: [3, 0, 1, 2] } as const;

/** How the pixels of all images become rows of one matrix, or of one matrix for each image. */
interface Arrangement {
  readonly layout: readonly number[];
  /** The physical axis of the channels. */
  readonly channelAxis: 0 | 1;
}

/**
 * With the channels before the batch there is a single product, but both operands have to be rearranged; otherwise
 * there is one product for each image and their results are added up. The second is cheaper if results are small.
 */
function arrangementFor([batch, , , from]: Shape, g: Geometry): Arrangement {
  const to = g.outputShape[3];
  const moved = batch * g.output[0] * g.output[1] * (from + to);
  const added = 2 * batch * g.kernel[0] * g.kernel[1] * from * to;
  return batch === 1 || added < moved
    ? { layout: layouts.image, channelAxis: 1 }
    : { layout: layouts.channel, channelAxis: 0 };
}

/** Moves an image along a spatial axis; zeros move in. */
function shifted(trace: Trace, x: Edge, axis: 0 | 1, step: number): Edge {
  if (step === 0) return x;
  const before = [0, 0, 0, 0];
  before[2 + axis] = step;
  const pads = trace.integers([...before, ...before.map((pad) => (pad === 0 ? 0 : -pad))]);
  return trace.graph.add('Pad', [x, pads], { dimensions: x.dimensions });
}

function joined(trace: Trace, edges: readonly Edge[], axis: number): Edge {
  if (edges.length === 1) return edges[0];
  const dimensions = edges[0].dimensions.with(axis, edges.length * edges[0].dimensions[axis]);
  return trace.graph.add('Concat', edges, { dimensions }, { axis });
}

/** Sums the products of all pixels: `[..., m, pixels]` times `[..., n, pixels]` to `[m, n]`. */
function pixelProduct(trace: Trace, a: Edge, b: Edge, { channelAxis }: Arrangement): Edge {
  const flat = (edge: Edge): Edge => {
    const [first, second, height, width] = edge.dimensions;
    const pixels = height * width;
    return trace.reshape(edge, channelAxis === 1 ? [first, second, pixels] : [first, second * pixels]);
  };
  const [left, right] = [flat(a), flat(b)];
  const [m, n] = [a.dimensions[channelAxis], b.dimensions[channelAxis]];
  const batch = channelAxis === 1 ? [a.dimensions[0]] : [];
  const product = matrixProduct(trace, left, right, { a: false, b: true }, [...batch, m, n]);
  if (batch.length === 0) return product;
  if (batch[0] === 1) return trace.reshape(product, [m, n]);
  return trace.graph.add(
    'ReduceSum',
    [product, trace.integers([0])],
    { dimensions: [m, n] },
    { keepdims: 0 },
  );
}

const taps = (size: number): number[] => Array.from({ length: size }, (_, tap) => tap);

/**
 * With stride 1, the input moved sideways, once for each column of the filter, times the output gradient moved up and
 * down, once for each row: one product that has every tap, from fewer copies than one for each tap.
 */
function separable(trace: Trace, x: Edge, dy: Edge, g: Geometry, a: Arrangement): TracedTensor {
  const [rows, columns] = g.kernel;
  const across = taps(columns).map((tap) => shifted(trace, x, 1, g.before[1] - tap * g.dilation[1]));
  const down = taps(rows).map((tap) => shifted(trace, dy, 0, tap * g.dilation[0] - g.before[0]));
  const product = pixelProduct(
    trace,
    joined(trace, across, a.channelAxis),
    joined(trace, down, a.channelAxis),
    a,
  );
  const [from, to] = [x.dimensions[a.channelAxis], dy.dimensions[a.channelAxis]];
  const edge = trace.reshape(product, [columns, from, rows, to]);
  return trace.tensor(edge, [rows, columns, from, to], [1, 2, 0, 3]);
}

/** For each tap of the filter in row-major order, the pixels that it meets, in the size of the output. */
function metPixels(trace: Trace, x: Edge, g: Geometry): Edge[] {
  const outer = x.dimensions.slice(0, 2);
  const needed = both(
    (axis) => (g.output[axis] - 1) * g.stride[axis] + (g.kernel[axis] - 1) * g.dilation[axis] + 1,
  );
  const behind = both((axis) => needed[axis] - g.input[axis] - g.before[axis]);
  const pads = [0, 0, ...g.before, 0, 0, ...behind];
  const padded = pads.every((pad) => pad === 0)
    ? x
    : trace.graph.add('Pad', [x, trace.integers(pads)], { dimensions: [...outer, ...needed] });
  const dimensions = [...outer, ...g.output];
  const met = (tap: readonly [number, number]): Edge => {
    const start = both((axis) => tap[axis] * g.dilation[axis]);
    const end = both((axis) => start[axis] + (g.output[axis] - 1) * g.stride[axis] + 1);
    const lists = [start, end, [2, 3], g.stride].map((list) => trace.integers(list));
    if (sameShape(dimensions, padded.dimensions)) return padded;
    return trace.graph.add('Slice', [padded, ...lists], { dimensions });
  };
  return taps(g.kernel[0]).flatMap((row) => taps(g.kernel[1]).map((column) => met([row, column])));
}

/** The pixels that each tap of the filter meets, next to each other, times the output gradient. */
function unfolded(trace: Trace, x: Edge, dy: Edge, g: Geometry, a: Arrangement): TracedTensor {
  const [rows, columns] = g.kernel;
  const [from, to] = [x.dimensions[a.channelAxis], dy.dimensions[a.channelAxis]];
  const all = joined(trace, metPixels(trace, x, g), a.channelAxis);
  const shape = [rows, columns, from, to];
  // The product is faster if the larger operand comes first.
  if (rows * columns * from >= to) {
    return trace.tensor(trace.reshape(pixelProduct(trace, all, dy, a), shape), shape);
  }
  const edge = trace.reshape(pixelProduct(trace, dy, all, a), [to, rows, columns, from]);
  return trace.tensor(edge, shape, [3, 0, 1, 2]);
}

/** Whether moving both operands copies less than taking the pixels of each tap; only where sizes are equal. */
function isSeparable(g: Geometry, from: number): boolean {
  const [rows, columns] = g.kernel;
  const plain = both((axis) => {
    const furthest = Math.max(g.before[axis], (g.kernel[axis] - 1) * g.dilation[axis] - g.before[axis]);
    return g.stride[axis] === 1 && g.output[axis] === g.input[axis] && furthest < g.input[axis] ? 1 : 0;
  });
  return plain.every(Boolean) && columns * from + rows * g.outputShape[3] < rows * columns * from;
}

/**
 * Records the gradient of a convolution with respect to its filter.
 * @param x the input of the convolution, `[batch, height, width, input channels]`
 * @param dy the gradient with respect to its output, `[batch, height, width, output channels]`
 * @returns `[height, width, input channels, output channels]`
 */
export function productFilterGradient(
  trace: Trace,
  x: TracedTensor,
  dy: TracedTensor,
  g: Geometry,
): TracedTensor {
  const arrangement = arrangementFor(x.shape, g);
  const [input, gradient] = [x, dy].map((tensor) => trace.denseEdge(tensor, arrangement.layout));
  const record = isSeparable(g, x.shape[3]) ? separable : unfolded;
  return record(trace, input, gradient, g, arrangement);
}

/**
 * Records the gradient of a depthwise convolution with respect to its filter: one product for each input channel.
 * @param x `[batch, height, width, channels]`
 * @param dy `[batch, height, width, channels * multiplier]`
 * @returns `[height, width, channels, multiplier]`
 */
export function depthwiseFilterGradient(
  trace: Trace,
  x: TracedTensor,
  dy: TracedTensor,
  g: Geometry,
): TracedTensor {
  const [rows, columns] = g.kernel;
  const channels = x.shape[3];
  const multiplier = dy.shape[3] / channels;
  const pixels = sizeOf(dy.shape.slice(0, 3));
  const met = metPixels(trace, trace.denseEdge(x, layouts.channel), g).map((edge) =>
    trace.reshape(edge, [channels, 1, pixels]),
  );
  const gradient = trace.reshape(trace.denseEdge(dy, layouts.channel), [channels, multiplier, pixels]);
  const edge = matrixProduct(trace, joined(trace, met, 1), gradient, { a: false, b: true }, [
    channels,
    rows * columns,
    multiplier,
  ]);
  const shape = [rows, columns, channels, multiplier];
  return trace.tensor(trace.reshape(edge, [channels, rows, columns, multiplier]), shape, [2, 0, 1, 3]);
}
