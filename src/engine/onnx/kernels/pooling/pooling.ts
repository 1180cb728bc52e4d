/** Pooling and its gradients. @module */
import { sizeOf } from '../../../shape.js';
import type { Attribute, Edge } from '../../graph.js';
import { channelsFirst, permute } from '../../tracing/axis-order.js';
import type { TracedTensor } from '../../tracing/symbol.js';
import type { Trace } from '../../tracing/trace.js';
import { after, both, forGradient, type Geometry, type PoolAttributes, poolGeometry } from '../geometry.js';
import { type Kernel, type KernelFamily, kernel } from '../kernel.js';
import { isPaired, pairedMaxima, pairedMaximaGradient } from './pairing.js';

/** Whether the windows do not overlap and cover the input exactly. */
const tiles = (g: Geometry): boolean =>
  both((axis) => axis).every(
    (axis) =>
      g.stride[axis] === g.kernel[axis] &&
      g.before[axis] === 0 &&
      g.input[axis] === g.output[axis] * g.kernel[axis],
  );

const windows = (g: Geometry): Record<string, Attribute> => ({
  kernel_shape: g.kernel,
  strides: g.stride,
  pads: [...g.before, ...after(g).map((pad) => Math.max(0, pad))],
});

const pool = (operator: string): Kernel =>
  kernel<PoolAttributes>((trace, { x }, attributes) => {
    const g = poolGeometry(x.shape, attributes);
    if (operator === 'MaxPool' && isPaired(x, g)) return pairedMaxima(trace, x, g);
    const dimensions = permute(g.outputShape, channelsFirst);
    const edge = trace.graph.add(operator, [trace.denseEdge(x, channelsFirst)], { dimensions }, windows(g));
    return trace.tensor(edge, g.outputShape, channelsFirst);
  });

/** Repeats each element over its window: `[b, c, h, w]` to `[b, c, h * y, w * x]`. */
function spread(trace: Trace, edge: Edge, [y, x]: Geometry['kernel']): Edge {
  const [batch, channels, height, width] = edge.dimensions;
  const scales = trace.floats([1, 1, y, x]);
  return trace.graph.add(
    'Resize',
    [edge, undefined, scales],
    { dimensions: [batch, channels, height * y, width * x] },
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  );
}

/**
 * Routes each gradient to the position of its maximum, the first one if several are equal. Overlapping windows add up.
 */
function unpooled(trace: Trace, dy: Edge, x: Edge, g: Geometry): Edge {
  if (!trace.options.poolingIndices) return unpooledByComparison(trace, dy, x, g);
  const results = [{ dimensions: dy.dimensions }, { dimensions: dy.dimensions, type: 'int64' as const }];
  const [, places] = trace.graph.addMany('MaxPool', [x], results, windows(g));
  if (both((axis) => g.stride[axis]).every((stride, axis) => stride >= g.kernel[axis])) {
    const inputs = [dy, places, trace.integers(x.dimensions)];
    return trace.graph.add('MaxUnpool', inputs, { dimensions: x.dimensions }, windows(g));
  }
  const size = sizeOf(x.dimensions);
  const zeros = trace.graph.add('Expand', [trace.scalar(0), trace.integers([size])], { dimensions: [size] });
  const flat = [sizeOf(dy.dimensions)];
  const inputs = [zeros, trace.reshape(places, flat), trace.reshape(dy, flat)];
  const attributes = { axis: 0, reduction: 'add' };
  const scattered = trace.graph.add('ScatterElements', inputs, { dimensions: [size] }, attributes);
  return trace.reshape(scattered, x.dimensions);
}

/** The lowest float32. Padding of infinity would turn zero gradients into NaN. */
const lowest = -3.4028234663852886e38;

/** {@link unpooled} in elementwise operators alone: compares the elements at each place in the windows to the maxima. */
function unpooledByComparison(trace: Trace, dy: Edge, x: Edge, g: Geometry): Edge {
  const { graph } = trace;
  const [batch, channels, ...size] = x.dimensions;
  const behind = both((axis) => Math.max(0, after(g)[axis]));
  const dimensions = [batch, channels, ...both((axis) => size[axis] + g.before[axis] + behind[axis])];
  const pads = trace.integers([0, 0, ...g.before, 0, 0, ...behind]);
  const padded = graph.add('Pad', [x, pads, trace.scalar(lowest)], { dimensions }, { mode: 'constant' });
  const maxima = graph.add('MaxPool', [x], { dimensions: dy.dimensions }, windows(g));
  const [zero, one] = [trace.scalar(0), trace.scalar(1)];
  const places = Array.from({ length: sizeOf(g.kernel) }, (_, place) => {
    const begin = [Math.floor(place / g.kernel[1]), place % g.kernel[1]];
    const end = both((axis) => begin[axis] + (g.output[axis] - 1) * g.stride[axis] + 1);
    const bounds = [begin, end, [2, 3], g.stride].map((list) => trace.integers(list));
    const elements = graph.add('Slice', [padded, ...bounds], { dimensions: dy.dimensions });
    const equal = graph.add('Equal', [elements, maxima], { dimensions: dy.dimensions, type: 'bool' });
    return graph.add('Where', [equal, one, zero], { dimensions: dy.dimensions });
  });
  let free: Edge | undefined;
  const gradients = places.map((isMaximum) => {
    const chosen = free ? graph.add('Mul', [isMaximum, free], { dimensions: dy.dimensions }) : isMaximum;
    const left = graph.add('Sub', [free ?? one, chosen], { dimensions: dy.dimensions });
    free = left;
    const gradient = graph.add('Mul', [chosen, dy], { dimensions: dy.dimensions });
    return trace.reshape(gradient, [batch * channels, 1, ...g.output]);
  });
  const stacked = graph.add(
    'Concat',
    gradients,
    { dimensions: [batch * channels, places.length, ...g.output] },
    { axis: 1 },
  );
  const toPlace = new Float32Array(places.length ** 2);
  for (let place = 0; place < places.length; place++) toPlace[place * (places.length + 1)] = 1;
  const filter = graph.initializer(toPlace, [places.length, 1, ...g.kernel], 'float32');
  return trace.reshape(spreadOver(trace, stacked, filter, size as [number, number], g), x.dimensions);
}

/** Adds up windows times gradients at the places of an input: `[n, k, y, x]` to `[n, 1, height, width]`. */
function spreadOver(trace: Trace, gradients: Edge, filter: Edge, size: Geometry['input'], g: Geometry): Edge {
  const behind = after(g);
  return trace.graph.add(
    'ConvTranspose',
    [gradients, filter],
    { dimensions: [gradients.dimensions[0], 1, ...size] },
    {
      kernel_shape: g.kernel,
      strides: g.stride,
      pads: [...g.before, ...both((axis) => Math.max(0, behind[axis]))],
      output_padding: both((axis) => Math.max(0, -behind[axis])),
    },
  );
}

const maxPoolGradient = kernel<PoolAttributes>((trace, { dy, input }, attributes) => {
  const g = forGradient(poolGeometry(input.shape, attributes), dy.shape);
  if (isPaired(input, g)) return pairedMaximaGradient(trace, dy, input);
  const [gradient, x] = [dy, input].map((tensor: TracedTensor) => trace.denseEdge(tensor, channelsFirst));
  return trace.tensor(unpooled(trace, gradient, x, g), input.shape, channelsFirst);
});

/** Like TF.js, divides by the full window size even where the window extends past the border. */
const averagePoolGradient = kernel<PoolAttributes>((trace, { dy, input }, attributes) => {
  const g = forGradient(poolGeometry(input.shape, attributes), dy.shape);
  const edge = trace.denseEdge(dy, channelsFirst);
  const share = 1 / sizeOf(g.kernel);
  if (tiles(g)) {
    const scaled = trace.graph.add('Mul', [edge, trace.scalar(share)], { dimensions: edge.dimensions });
    return trace.tensor(spread(trace, scaled, g.kernel), input.shape, channelsFirst);
  }
  const [batch, height, width, channels] = input.shape;
  const single = trace.reshape(edge, [batch * channels, 1, ...g.output]);
  const filter = trace.graph.initializer(
    new Float32Array(sizeOf(g.kernel)).fill(share),
    [1, 1, ...g.kernel],
    'float32',
  );
  const result = spreadOver(trace, single, filter, [height, width], g);
  return trace.tensor(trace.reshape(result, permute(input.shape, channelsFirst)), input.shape, channelsFirst);
});

/** Maximum and average pooling, and their gradients. */
export const pooling: KernelFamily = {
  constants: 'dense',
  kernels: {
    MaxPool: pool('MaxPool'),
    AvgPool: pool('AveragePool'),
    MaxPoolGrad: maxPoolGradient,
    AvgPoolGrad: averagePoolGradient,
  },
};
