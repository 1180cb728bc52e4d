/** Losses that match features, against their definitions in plain arithmetic. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type TensorFunction } from '../../../src/engine/index.js';
import { contentLosses, styleLosses } from '../../../src/stylize/terms/index.js';
import { defaultSettings } from '../../../src/stylize/terms/parameters.js';
import { type Loss, type Settings, shareOf } from '../../../src/stylize/terms/term.js';
import { execute, randomTensor, uniform } from '../../engine/support.js';
import { isClose, mean } from '../support.js';

const engines = await Promise.all([createEngine('reference'), createEngine('onnx', { threads: 1 })]);
const channels = 4;
/** Two layers at the same resolution, and colors. The style has another size. */
const features = (seed: number, height: number, width: number): Record<string, HostTensor> => ({
  pixels: randomTensor([1, height, width, 3], seed, 'positive'),
  a: randomTensor([1, height, width, channels], seed + 1, 'positive'),
  b: randomTensor([1, height, width, channels], seed + 2, 'positive'),
});
const [image, style] = [features(1, 3, 4), features(9, 5, 3)];
const shares = { a: 0.3, b: 0.7 };

/** The parts of a loss on two layers with the shares 0.3 and 0.7. */
async function partsOf(
  engine: (typeof engines)[number],
  loss: Loss,
  now: Record<string, HostTensor>,
  wanted: Record<string, HostTensor>,
  settings: Settings = {},
  numbers: Readonly<Record<string, number>> = {},
): Promise<Record<string, number>> {
  const role = Object.values(contentLosses).includes(loss as never) ? 'content' : 'style';
  const term = loss.term({ role, layers: ['a', 'b'] }, { ...defaultSettings(loss), ...settings });
  const all: Record<string, number> = {
    ...numbers,
    [shareOf('a')]: shares.a,
    [shareOf('b')]: shares.b,
  };
  const fn: TensorFunction = (inputs) => {
    const side = (name: string) =>
      Object.fromEntries(['pixels', 'a', 'b'].map((layer) => [layer, inputs[`${name} ${layer}`]])) as Record<
        string,
        tf.Tensor4D
      >;
    const given = Object.fromEntries((term.numbers ?? []).map((key) => [key, tf.tensor1d([all[key]])]));
    const { values } = term.target(role, side('style'));
    return term.value(side('image'), { [role]: values }, { drawn: {}, numbers: given });
  };
  const named = (name: string, tensors: Record<string, HostTensor>) =>
    Object.fromEntries(Object.entries(tensors).map(([layer, tensor]) => [`${name} ${layer}`, tensor]));
  const outputs = await execute(engine, fn, { ...named('image', now), ...named('style', wanted) });
  return Object.fromEntries(Object.entries(outputs).map(([part, { data }]) => [part, data[0]]));
}

const vectors = ({ data, shape }: HostTensor): number[][] => {
  const depth = shape[3];
  return Array.from({ length: data.length / depth }, (_, i) => [...data.slice(i * depth, (i + 1) * depth)]);
};
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
const cosine = (a: readonly number[], b: readonly number[]) =>
  1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const meanVector = (all: readonly number[][]) => all[0].map((_, c) => mean(all.map((vector) => vector[c])));
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]);
const least = (values: readonly number[]) => values.indexOf(Math.min(...values));

for (const engine of engines) {
  test(`${engine.name}: nearestNeighbor compares each place with its partner in all layers together`, async (t) => {
    const relative = (['a', 'b'] as const).map((layer) => {
      const center = meanVector(vectors(style[layer]));
      const moved = (side: typeof image) => vectors(side[layer]).map((vector) => minus(vector, center));
      return { image: moved(image), style: moved(style), share: shares[layer] };
    });
    const partners = relative[0].image.map((_, i) =>
      least(
        relative[0].style.map((_, j) =>
          relative.reduce((sum, { image, style, share }) => sum + share * cosine(image[i], style[j]), 0),
        ),
      ),
    );
    const parts = await partsOf(engine, styleLosses.nearestNeighbor, image, style);
    for (const [k, layer] of ['a', 'b'].entries()) {
      const expected = mean(partners.map((j, i) => cosine(relative[k].image[i], relative[k].style[j])));
      t.true(isClose(parts[layer], expected, 1e-4), `${layer}: ${parts[layer]} for ${expected}`);
    }
    const settings = { distance: 'euclidean' };
    const apart = await partsOf(engine, styleLosses.nearestNeighbor, image, style, settings);
    const { image: xs, style: ys } = relative[0];
    const differences = partners.map((j, i) => mean(minus(xs[i], ys[j]).map((value) => value ** 2)));
    const variance = mean(ys.flat().map((value) => value ** 2));
    t.true(isClose(apart.a, mean(differences) / variance, 1e-4));
  });

  test(`${engine.name}: relaxedEmd is the larger of two nearest distances, below the earth mover's distance`, async (t) => {
    const [xs, ys] = [features(3, 1, 5), features(6, 5, 1)];
    const distance = (i: number, j: number) =>
      (['a', 'b'] as const).reduce(
        (sum, layer) => sum + shares[layer] * cosine(vectors(xs[layer])[i], vectors(ys[layer])[j]),
        0,
      );
    const five = [0, 1, 2, 3, 4];
    const ofX = mean(five.map((i) => Math.min(...five.map((j) => distance(i, j)))));
    const ofY = mean(five.map((j) => Math.min(...five.map((i) => distance(i, j)))));
    const parts = await partsOf(engine, styleLosses.relaxedEmd, xs, ys);
    t.true(isClose(parts.relaxedEmd, Math.max(ofX, ofY), 1e-4), `${parts.relaxedEmd}`);
    const orders = (rest: number[]): number[][] =>
      rest.length === 0
        ? [[]]
        : rest.flatMap((first) => orders(rest.filter((other) => other !== first)).map((o) => [first, ...o]));
    const exact = Math.min(...orders(five).map((order) => mean(order.map((j, i) => distance(i, j)))));
    t.true(parts.relaxedEmd <= exact + 1e-6, `${parts.relaxedEmd} above ${exact}`);
    t.true(parts.moments > 0 && parts.palette > 0);
  });

  test(`${engine.name}: contextual is minus the logarithm of the mean similarity of the best features`, async (t) => {
    const center = meanVector(vectors(style.a));
    const [xs, ys] = [image.a, style.a].map((side) => vectors(side).map((vector) => minus(vector, center)));
    const similarity = xs.map((x) => {
      const distances = ys.map((y) => cosine(x, y));
      const nearest = Math.min(...distances) + 1e-5;
      const weights = distances.map((d) => Math.exp((1 - d / nearest) / 0.5));
      const sum = weights.reduce((a, b) => a + b);
      return weights.map((weight) => weight / sum);
    });
    const expected = -Math.log(mean(ys.map((_, j) => Math.max(...similarity.map((row) => row[j])))));
    const parts = await partsOf(engine, styleLosses.contextual, image, style, {}, { bandwidth: 0.5 });
    t.true(isClose(parts.a, expected, 1e-3), `${parts.a} for ${expected}`);
  });

  test(`${engine.name}: mrf compares each patch with the style's patch that correlates most`, async (t) => {
    const patches = ({ data, shape: [, height, width] }: HostTensor) =>
      Array.from({ length: height * width }, (_, place) =>
        [-1, 0, 1].flatMap((down) =>
          [-1, 0, 1].flatMap((across) => {
            const row = Math.min(height - 1, Math.max(0, Math.floor(place / width) + down));
            const column = Math.min(width - 1, Math.max(0, (place % width) + across));
            return [...data.slice((row * width + column) * channels, (row * width + column + 1) * channels)];
          }),
        ),
      );
    const [xs, ys] = [patches(image.b), patches(style.b)];
    const expected = mean(
      xs.map((x) => {
        const partner = ys[least(ys.map((y) => -dot(x, y) / Math.sqrt(dot(y, y))))];
        return mean(minus(x, partner).map((value) => value ** 2));
      }),
    );
    const parts = await partsOf(engine, styleLosses.mrf, image, style);
    t.true(isClose(parts.b, expected, 1e-4), `${parts.b} for ${expected}`);
  });

  test(`${engine.name}: selfSimilarity does not see a change of all colors, but a change of shapes`, async (t) => {
    const map = (side: HostTensor, fn: (vector: number[], place: number) => number[]): HostTensor => ({
      data: Float32Array.from(vectors(side).flatMap(fn)),
      shape: side.shape,
    });
    // Channels in another order, and every place as bright as it likes.
    const recolored = map(image.a, ([r, g, b, d], place) =>
      [b, d, r, g].map((value) => value * (0.5 + uniform(4, place))),
    );
    const { selfSimilarity } = contentLosses;
    const same = await partsOf(engine, selfSimilarity, { ...image, a: recolored }, image);
    t.true(same.a < 1e-5, `${same.a}`);
    const other = await partsOf(engine, selfSimilarity, features(30, 3, 4), image);
    t.true(other.a > 0.1, `${other.a}`);
  });
}
