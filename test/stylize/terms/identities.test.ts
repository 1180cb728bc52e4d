/** Identities of style losses that the literature states. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type TensorFunction } from '../../../src/engine/index.js';
import { functionOf, type Matrix, product } from '../../../src/images/color/symmetric.js';
import { styleLosses } from '../../../src/stylize/terms/index.js';
import type { Settings } from '../../../src/stylize/terms/term.js';
import { execute, randomTensor, relativeDifference, uniform } from '../../engine/support.js';
import { isClose, mean } from '../support.js';
import { atOneLayer } from './one-layer.js';

const engines = await Promise.all([createEngine('reference'), createEngine('onnx', { threads: 1 })]);

interface Options {
  readonly settings?: Settings;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly directions?: HostTensor;
}

/** The loss of one layer against a target image, and its gradient. */
function lossOf(name: keyof typeof styleLosses, options: Options = {}): TensorFunction {
  const loss = atOneLayer(styleLosses[name], 'layer', options.settings);
  return ({ image, style, directions }) => {
    const numbers = Object.fromEntries(
      Object.entries(options.numbers ?? {}).map(([key, value]) => [key, tf.fill([image.shape[0]], value)]),
    ) as Record<string, tf.Tensor1D>;
    const drawn: Record<string, tf.Tensor> = directions ? { 'layer/directions': directions } : {};
    const value = (x: tf.Tensor) => loss.compare(x, loss.target(style), { numbers, drawn });
    return { loss: value(image), gradient: tf.grad((x) => tf.sum(value(x)))(image) };
  };
}

/** Features `[1, values, 1, 1]` of one channel. */
const channel = (values: readonly number[]): HostTensor => ({
  data: Float32Array.from(values),
  shape: [1, values.length, 1, 1],
});

const standardized = (values: readonly number[], mean: number, deviation: number): number[] => {
  const center = values.reduce((a, b) => a + b) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
  return values.map((value) => mean + ((value - center) / spread) * deviation);
};

const noise = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => uniform(seed, i) + uniform(seed + 1, i) + uniform(seed + 2, i));

for (const engine of engines) {
  test(`${engine.name}: Gram is the MMD with kernel (x.y)^2, in value and gradient`, async (t) => {
    const inputs = { image: randomTensor([2, 4, 5, 6], 1), style: randomTensor([2, 3, 7, 6], 2) };
    const gram = await execute(engine, lossOf('gram'), inputs);
    const settings = { kernel: 'polynomial' };
    const mmd = await execute(engine, lossOf('mmd', { settings, numbers: { offset: 0 } }), inputs);
    t.true(relativeDifference(mmd.loss.data, gram.loss.data) < 1e-6);
    t.true(relativeDifference(mmd.gradient.data, gram.gradient.data) < 1e-6);
  });

  test(`${engine.name}: each kernel's MMD matches the mean of the kernel over pairs`, async (t) => {
    const [image, style] = [randomTensor([1, 4, 5, 3], 1), randomTensor([1, 3, 7, 3], 2)];
    const vectors = ({ data }: HostTensor) =>
      Array.from({ length: data.length / 3 }, (_, i) => [...data.slice(3 * i, 3 * i + 3)]);
    const [xs, ys] = [vectors(image), vectors(style)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    const squares = mean(ys.map((y) => dot(y, y)));
    const distance = (a: number[], b: number[]) => dot(a, a) + dot(b, b) - 2 * dot(a, b);
    const center = [0, 1, 2].map((c) => mean(ys.map((y) => y[c])));
    const spread = 2 * mean(ys.map((y) => distance(y, center)));
    const discrepancy = (kernel: (a: number[], b: number[]) => number) => {
      const over = (as: number[][], bs: number[][]) => mean(as.flatMap((a) => bs.map((b) => kernel(a, b))));
      return over(xs, xs) + over(ys, ys) - 2 * over(xs, ys);
    };
    const cases: { kernel: string; numbers: Record<string, number>; expected: number }[] = [
      { kernel: 'linear', numbers: {}, expected: discrepancy(dot) / 3 },
      {
        kernel: 'polynomial',
        numbers: { offset: 0.7 },
        expected: discrepancy((a, b) => (dot(a, b) + 0.7 * squares) ** 2) / 9,
      },
      {
        kernel: 'gaussian',
        numbers: { bandwidth: 0.3 },
        expected: discrepancy((a, b) => Math.exp(-distance(a, b) / (2 * 0.3 * spread))),
      },
    ];
    for (const { kernel, numbers, expected } of cases) {
      const { loss } = await execute(engine, lossOf('mmd', { settings: { kernel }, numbers }), {
        image,
        style,
      });
      t.true(isClose(loss.data[0], expected, 1e-4), `${kernel}: ${loss.data[0]} for ${expected}`);
    }
  });

  test(`${engine.name}: Gram cannot tell a mean from a variance; the others can`, async (t) => {
    // The same second moment, 0.9984 (Risser et al. 2017, section 4.1).
    const image = channel(standardized(noise(60, 1), 0.865, 0.5));
    const style = channel(standardized(noise(60, 7), 0, Math.hypot(0.865, 0.5)));
    const directions = channel([1]);
    const of = async (name: keyof typeof styleLosses) => {
      const inputs = { image, style, directions: { ...directions, shape: [1, 1, 1] } };
      return (await execute(engine, lossOf(name, { numbers: { bandwidth: 0.5 } }), inputs)).loss.data[0];
    };
    t.true((await of('gram')) < 1e-10);
    for (const name of [
      'moments',
      'covariance',
      'wasserstein',
      'mmd',
      'slicedWasserstein',
      'histogram',
    ] as const)
      t.true((await of(name)) > 0.1, `${name}: ${await of(name)}`);
  });

  test(`${engine.name}: the Wasserstein loss is the distance of Gaussians`, async (t) => {
    // In one channel: (m - m')^2 + (s - s')^2.
    const image = channel(standardized(noise(50, 1), 2, 0.5));
    const style = channel(standardized(noise(70, 5), 0.5, 1.25));
    const one = await execute(engine, lossOf('wasserstein'), { image, style });
    const ridge = 0.01 * 1.25 ** 2;
    const spread = (Math.sqrt(0.25 + ridge) - Math.sqrt(1.25 ** 2 + ridge)) ** 2;
    t.true(isClose(one.loss.data[0], 1.5 ** 2 + spread, 1e-4), `${one.loss.data[0]}`);
    // Covariances that commute: the sum over the common axes, here (1, 1) and (1, -1).
    const along = (a: readonly number[], b: readonly number[]): HostTensor => ({
      data: Float32Array.from(a.flatMap((u, i) => [u + b[i], u - b[i]].map((value) => value * Math.SQRT1_2))),
      shape: [1, a.length, 1, 2],
    });
    // Uncorrelated, with exact variances.
    const [first, second] = [
      [1, 1, -1, -1],
      [1, -1, 1, -1],
    ];
    const scaled = (values: readonly number[], by: number) => values.map((value) => value * by);
    const two = await execute(engine, lossOf('wasserstein'), {
      image: along(scaled(first, 2), scaled(second, 0.5)),
      style: along(scaled(first, 1), scaled(second, 1.5)),
    });
    const both = 0.01 * ((1 + 2.25) / 2);
    const root = (deviation: number) => Math.sqrt(deviation ** 2 + both);
    const expected = ((root(2) - root(1)) ** 2 + (root(0.5) - root(1.5)) ** 2) / 2;
    t.true(isClose(two.loss.data[0], expected, 1e-4), `${two.loss.data[0]} for ${expected}`);

    // Covariances that do not commute: in two dimensions, tr (A^1/2 B A^1/2)^1/2 = (tr AB + 2 (det A det B)^1/2)^1/2.
    const apart = await execute(engine, lossOf('wasserstein'), {
      image: along(scaled(first, 2), scaled(second, 0.5)),
      style: { data: Float32Array.from(first.flatMap((u, i) => [u, 1.5 * second[i]])), shape: [1, 4, 1, 2] },
    });
    // A has its variances 4 and 1/4 along (1, 1) and (1, -1), B its 1 and 9/4 along the channels.
    const [a, b, c, d] = [4 + both, 0.25 + both, 1 + both, 2.25 + both];
    const cross = Math.sqrt(((a + b) / 2) * (c + d) + 2 * Math.sqrt(a * b * c * d));
    const distance = (a + b + c + d - 2 * cross) / 2;
    t.true(isClose(apart.loss.data[0], distance, 1e-4), `${apart.loss.data[0]} for ${distance}`);
  });

  test(`${engine.name}: along one channel, sorted values give the optimal transport`, async (t) => {
    const [xs, ys] = [noise(40, 1), noise(40, 5).map((value) => 1.5 * value - 1)];
    const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    const optimum = mean(ascending(xs).map((x, i) => (x - ascending(ys)[i]) ** 2));
    const inputs = { image: channel(xs), style: channel(ys) };
    const histogram = await execute(engine, lossOf('histogram'), inputs);
    t.true(isClose(histogram.loss.data[0], optimum, 1e-5));
    const directions = { data: Float32Array.of(-3), shape: [1, 1, 1] };
    const sliced = await execute(engine, lossOf('slicedWasserstein'), { ...inputs, directions });
    t.true(isClose(sliced.loss.data[0], optimum, 1e-4), `${sliced.loss.data[0]} for ${optimum}`);
    // A style with every value twice has the same distribution.
    const doubled = { image: channel(xs), style: channel(ys.flatMap((y) => [y, y])) };
    const again = await execute(engine, lossOf('histogram'), doubled);
    t.true(isClose(again.loss.data[0], optimum, 0.05), `${again.loss.data[0]} for ${optimum}`);
  });
}

test('the Wasserstein loss of many channels at two places, as in small images, is that of the one direction they span', async (t) => {
  const channels = 512;
  const direction = Array.from({ length: channels }, (_, i) => uniform(3, i));
  const places = (scale: number): HostTensor => ({
    data: Float32Array.from([1, -1].flatMap((sign) => direction.map((value) => sign * scale * value))),
    shape: [1, 2, 1, channels],
  });
  const squares = direction.reduce((sum, value) => sum + value ** 2, 0);
  // A ten-thousandth of the norm of the style's covariance, which is more than a hundredth of its mean variance.
  const ridge = 1e-4 * squares;
  for (const scale of [1, 1.02, 2]) {
    const { loss, gradient } = await execute(engines[1], lossOf('wasserstein'), {
      image: places(scale),
      style: places(1),
    });
    const roots = [scale ** 2, 1].map((share) => Math.sqrt(share * squares + ridge));
    const expected = (roots[0] - roots[1]) ** 2 / channels;
    const size = (scale ** 2 * squares) / channels;
    t.true(
      Math.abs(loss.data[0] - expected) < 0.03 * size,
      `${scale}: ${loss.data[0]} for ${expected} of ${size}`,
    );
    const steepest = Math.max(...gradient.data.map(Math.abs));
    t.true(steepest < (10 * Math.max(...direction)) / channels, `${scale}: gradient up to ${steepest}`);
  }
});

test('the Wasserstein loss and its gradient are exact where a few places span few of many channels', async (t) => {
  const [channels, places, axes] = [512, 4, 3];
  // Orthonormal vectors: features with these coordinates have the distance of the coordinates.
  const axis = (k: number, i: number) =>
    Math.sqrt(2 / channels) * Math.cos((Math.PI * (i + 0.5) * (k + 1)) / channels);
  const embedded = (coordinates: readonly number[]): HostTensor => ({
    data: Float32Array.from({ length: places * channels }, (_, at) => {
      const [place, i] = [Math.floor(at / channels), at % channels];
      return coordinates
        .slice(axes * place, axes * (place + 1))
        .reduce((sum, value, k) => sum + value * axis(k, i), 0);
    }),
    shape: [1, places, 1, channels],
  });
  const style = [9, 3, 1, -8, 2, 0.5, 7, -4, -1, -5, -1, 0.2];
  const gaussian = (coordinates: readonly number[]) => {
    const at = (place: number, k: number) => coordinates[axes * place + k];
    const over = (each: (place: number) => number) => mean(Array.from({ length: places }, (_, i) => each(i)));
    const means = [0, 1, 2].map((k) => over((place) => at(place, k)));
    const covariance = [0, 1, 2].flatMap((j) =>
      [0, 1, 2].map((k) => over((place) => (at(place, j) - means[j]) * (at(place, k) - means[k]))),
    );
    return { means, covariance };
  };
  const of = gaussian(style);
  const ridge = 1e-4 * Math.hypot(...of.covariance);
  const raised = (covariance: Matrix) => covariance.map((value, i) => value + (i % 4 === 0 ? ridge : 0));
  const root = (matrix: Matrix) => functionOf(matrix, Math.sqrt);
  const traceOf = (matrix: Matrix) => matrix[0] + matrix[4] + matrix[8];
  const distance = (coordinates: readonly number[]) => {
    const { means, covariance } = gaussian(coordinates);
    const [own, other] = [raised(covariance), raised(of.covariance)];
    const cross = root(product(product(root(other), own), root(other)));
    const shift = means.reduce((sum, value, k) => sum + (value - of.means[k]) ** 2, 0);
    return (shift + traceOf(own) + traceOf(other) - 2 * traceOf(cross)) / channels;
  };
  // Closer and closer, as in an optimization.
  for (const apart of [1, 0.1, 0.01]) {
    const image = style.map((value, i) => value + 5 * apart * (uniform(4, i) - 0.5));
    const { loss, gradient } = await execute(engines[1], lossOf('wasserstein'), {
      image: embedded(image),
      style: embedded(style),
    });
    const size = traceOf(of.covariance) / channels;
    t.true(
      Math.abs(loss.data[0] - distance(image)) < 1e-5 * size,
      `${apart}: ${loss.data[0]} for ${distance(image)}`,
    );
    const step = 1e-4;
    const slopes = image.map((_, i) => {
      const moved = (by: number) => distance(image.map((value, j) => value + (i === j ? by : 0)));
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const expected = embedded(slopes).data;
    const error = Math.hypot(...gradient.data.map((value, i) => value - expected[i]));
    const scale = (2 * Math.hypot(...style)) / places / channels;
    t.true(error < 1e-3 * scale, `${apart}: gradient off by ${error / scale}`);
  }
});
