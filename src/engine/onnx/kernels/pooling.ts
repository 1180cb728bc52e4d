/** Pooling and its gradients. @module */
import { sizeOf } from '../../shape.js';
import { channelsFirst, permute } from '../axis-order.js';
import type { Attribute, Edge } from '../graph.js';
import type { TracedTensor } from '../symbol.js';
import type { Trace } from '../trace.js';
import { after, both, forGradient, type Geometry, type PoolAttributes, poolGeometry } from './geometry.js';
import { type Kernel, type KernelFamily, kernel } from './kernel.js';
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
  const behind = after(g);
  const result = trace.graph.add(
    'ConvTranspose',
    [single, filter],
    { dimensions: [batch * channels, 1, height, width] },
    {
      kernel_shape: g.kernel,
      strides: g.stride,
      pads: [...g.before, ...both((axis) => Math.max(0, behind[axis]))],
      output_padding: both((axis) => Math.max(0, -behind[axis])),
    },
  );
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
