/** Requirements for every style loss when it is guided by regions. Covers new losses automatically. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import { createEngine, type HostTensor, type TensorFunction } from '../../../src/engine/index.js';
import { runOnce } from '../../../src/engine/run-once.js';
import { placesIn, positionWeights, type Regions } from '../../../src/stylize/regions/regions.js';
import { drawStepInput } from '../../../src/stylize/step-inputs.js';
import { styleLosses } from '../../../src/stylize/terms/index.js';
import { defaultSettings } from '../../../src/stylize/terms/parameters.js';
import { type Guide, sourcePlaces } from '../../../src/stylize/terms/shared/region.js';
import { type Features, pixels, shareOf } from '../../../src/stylize/terms/term.js';
import { randomTensor, relativeDifference } from '../../engine/support.js';

const engines = await Promise.all([createEngine('reference'), createEngine('onnx', { threads: 1 })]);
const layer = 'layer';
const [height, width, channels] = [6, 8, 4];

/** The left part of an image, and all of it as a second region. */
function regionsOf(rows: number, columns: number, left: number): Regions {
  const all = Array.from({ length: rows * columns }, (_, i) => i);
  const pixelsOf = [all.filter((i) => i % columns < left), all];
  return {
    key: `${left}`,
    height: rows,
    width: columns,
    pixels: pixelsOf.map((own) => Uint32Array.from(own)),
  };
}

const [ofImage, ofStyle] = [regionsOf(height, width, 3), regionsOf(5, 10, 4)];
const features = (seed: number, rows: number, columns: number) => ({
  [pixels]: randomTensor([1, rows, columns, 3], seed, 'positive'),
  [layer]: randomTensor([1, rows, columns, channels], seed + 1, 'positive'),
});
const style = features(5, 5, 10);

/** Values and gradients of a loss in the first region, and the scale of its target. */
function guided(loss: (typeof styleLosses)[keyof typeof styleLosses]) {
  const region = { index: 0, count: 2 };
  // Fewer places than usual, for speed.
  const settings = { ...defaultSettings(loss), ...('places' in loss.parameters && { places: 80 }) };
  const term = loss.term({ role: 'style', layers: [layer], region }, settings);
  const shapes = { [pixels]: [1, height, width, 3], [layer]: [1, height, width, channels] };
  const drawn = Object.fromEntries(
    Object.entries(term.stepInputs?.(shapes) ?? {}).map(([name, input]) => [
      `drawn:${name}`,
      { data: drawStepInput(name, input, 5, 0, ofImage), shape: [1, ...input.shape] },
    ]),
  );
  const fn: TensorFunction = (inputs) => {
    const named = (prefix: string) =>
      Object.fromEntries(
        Object.entries(inputs).flatMap(([name, tensor]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
        ),
      );
    const guideOf = (name: string): Guide => ({
      weights: { [layer]: inputs[`${name} weights`], [pixels]: inputs[`${name} weights`] },
      places: inputs[`${name} places`],
    });
    const kept = term.target('style', named('style:') as Features, guideOf('style'));
    const parameters = Object.entries(loss.parameters).map(([name, { default: value }]) => [
      name,
      Number(value),
    ]);
    const known: Record<string, number> = { ...Object.fromEntries(parameters), [shareOf(layer)]: 1 };
    const numbers = Object.fromEntries(
      (term.numbers ?? []).map((name) => [name, tf.tensor1d([known[name]])]),
    );
    const value = (color: tf.Tensor, x: tf.Tensor) => {
      const all = { [pixels]: color, [layer]: x } as Features;
      const given = { drawn: named('drawn:'), numbers, guide: guideOf('image') };
      return tf.sum(tf.addN(Object.values(term.value(all, { style: kept.values }, given))));
    };
    const image = named('image:');
    // Losses that do not read colors have no gradient there.
    const readsColors = term.layers.includes(pixels);
    const gradients = readsColors
      ? tf.grads((color, x) => value(color, x))([image[pixels], image[layer]])
      : tf.grads((x) => value(image[pixels], x))([image[layer]]);
    return { value: value(image[pixels], image[layer]), gradient: gradients[gradients.length - 1] };
  };
  const places = (regions: Regions): HostTensor => {
    const rows = regions.pixels.map((_, i) => placesIn(regions, i, sourcePlaces, 0));
    const data = new Float32Array(rows.flatMap((row) => [...row]));
    return { data, shape: [1, 2, sourcePlaces, 2] };
  };
  const prefixed = (name: string, tensors: Record<string, HostTensor>) =>
    Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [`${name}:${key}`, tensor]));
  return {
    inputs: (image: Record<string, HostTensor>, target = style) => ({
      ...drawn,
      ...prefixed('image', image),
      ...prefixed('style', target),
      'image weights': positionWeights(ofImage, height, width),
      'image places': places(ofImage),
      'style weights': positionWeights(ofStyle, 5, 10),
      'style places': places(ofStyle),
    }),
    fn,
  };
}

/** Features with other values where columns are not in the region. */
function changedOutside(all: ReturnType<typeof features>, left: number): ReturnType<typeof features> {
  const change = ({ data, shape }: HostTensor): HostTensor => ({
    data: data.map((value, i) => (Math.floor(i / shape[3]) % shape[2] < left ? value : value + 0.3)),
    shape,
  });
  return { [pixels]: change(all[pixels]), [layer]: change(all[layer]) } as ReturnType<typeof features>;
}

for (const [name, loss] of Object.entries(styleLosses)) {
  // Patches of `mrf` reach over the border of a region by one position.
  const reach = name === 'mrf' ? 1 : 0;

  test(`${name}: sees only its region, in value and gradient, and the engines agree`, async (t) => {
    const { fn, inputs } = guided(loss);
    const image = features(1, height, width);
    const results = [];
    for (const engine of engines) {
      const shapes = Object.fromEntries(
        Object.entries(inputs(image)).map(([key, { shape }]) => [key, shape]),
      );
      const compiled = await engine.compile(fn, shapes);
      const run = (...given: Parameters<typeof inputs>) => runOnce(engine, compiled, inputs(...given));
      const usual = await run(image);
      const outside = await run(changedOutside(image, 3 + reach), changedOutside(style, 4 + reach));
      const inside = await run(changedOutside(image, 2));
      const [a, b, c] = [usual, outside, inside].map(({ value }) => value.data[0]);
      t.true(Math.abs(a - b) < 1e-6 * Math.abs(a), `${a} ${b}`);
      t.true(Math.abs(a - c) > 1e-4 * Math.abs(a), `${a} ${c}`);
      const slopes = [...usual.gradient.data].map((slope, i) => ({
        slope,
        column: Math.floor(i / channels) % width,
      }));
      t.true(slopes.every(({ slope, column }) => column < 3 + reach || slope === 0));
      t.true(slopes.some(({ slope }) => slope !== 0));
      results.push(usual);
    }
    for (const output of ['value', 'gradient']) {
      const difference = relativeDifference(results[1][output].data, results[0][output].data);
      t.true(difference < 1e-4, `${output}: ${difference}`);
    }
  });

  test(`${name}: the guided gradient matches central differences`, async (t) => {
    const { fn, inputs } = guided(loss);
    const image = features(1, height, width);
    const [engine] = engines;
    const shapes = Object.fromEntries(Object.entries(inputs(image)).map(([key, { shape }]) => [key, shape]));
    const compiled = await engine.compile(fn, shapes);
    const run = (now: typeof image) => runOnce(engine, compiled, inputs(now));
    const { gradient } = await run(image);
    const length = Math.hypot(...gradient.data);
    const moved = async (by: number) => {
      const data = image[layer].data.map((value, i) => value + (by * gradient.data[i]) / length);
      return (await run({ ...image, [layer]: { ...image[layer], data } })).value.data[0];
    };
    const here = (await run(image)).value.data[0];
    const differences: number[] = [];
    for (const step of [1e-2, 2e-3, 4e-4]) {
      const [ahead, behind] = [await moved(step), await moved(-step)];
      // A loss of nearest features has kinks: the slope is that of one side.
      differences.push((ahead - behind) / (2 * step), (ahead - here) / step, (here - behind) / step);
    }
    t.true(
      differences.some((difference) => Math.abs(difference - length) < 1e-2 * length),
      `${differences} for ${length}`,
    );
  });
}
