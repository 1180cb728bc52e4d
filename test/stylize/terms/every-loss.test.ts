/** Requirements for every loss. Covers new losses automatically. @module */
import * as tf from '@tensorflow/tfjs';
import test from 'ava';
import {
  type Compiled,
  createEngine,
  type Engine,
  type HostTensor,
  type Named,
  type TensorFunction,
} from '../../../src/engine/index.js';
import { runOnce } from '../../../src/engine/run-once.js';
import { tensorName } from '../../../src/stylize/objective.js';
import { drawStepInput } from '../../../src/stylize/step-inputs.js';
import { lossesByTerm } from '../../../src/stylize/terms/index.js';
import { defaultSettings } from '../../../src/stylize/terms/parameters.js';
import {
  type Features,
  type Loss,
  pixels,
  type Settings,
  shareOf,
  type Term,
} from '../../../src/stylize/terms/term.js';
import { randomTensor, relativeDifference } from '../../engine/support.js';
import { isClose } from '../support.js';

const engines = await Promise.all([createEngine('reference'), createEngine('onnx', { threads: 1 })]);

/** Runs a function as often as needed, and compiles it once for each engine and shapes. */
function runnerOf(fn: TensorFunction) {
  const graphs = new Map<string, Promise<Compiled>>();
  return async (engine: Engine, inputs: Inputs): Promise<Inputs> => {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const key = `${engine.name} ${JSON.stringify(shapes)}`;
    const compiled = graphs.get(key) ?? engine.compile(fn, shapes);
    graphs.set(key, compiled);
    return runOnce(engine, await compiled, inputs);
  };
}

/** Shapes of an image and of two ReLU layers, for a batch. */
const shapes = (batch: number, [height, width]: readonly number[]) => ({
  [pixels]: [batch, height, width, 3],
  relu1_1: [batch, height, width, 6],
  relu2_1: [batch, height >> 1, width >> 1, 8],
});
const imageSize = [8, 6];
/** The content has the size of the image. The style has a different size. */
const sizeOf = (name: string) => (name.startsWith('style') ? [6, 10] : imageSize);

type Inputs = Readonly<Record<string, HostTensor>>;

/** Random features of a batch. */
function featuresOf(batch: number, size: readonly number[], seed: number): Inputs {
  return Object.fromEntries(
    Object.entries(shapes(batch, size)).map(([layer, shape], i) => [
      layer,
      randomTensor(shape, seed + i, 'positive'),
    ]),
  );
}

const rowOf = ({ data, shape }: HostTensor, row: number): HostTensor => {
  const size = data.length / shape[0];
  return { data: data.slice(row * size, (row + 1) * size), shape: [1, ...shape.slice(1)] };
};

const prefixed = (prefix: string, tensors: Inputs): Inputs =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}:${name}`, tensor]));

const taken = (prefix: string, tensors: Named<tf.Tensor>): Features =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}:`) ? [[name.slice(prefix.length + 1), tensor as tf.Tensor4D]] : [],
    ),
  );

/** The numbers that a term draws for a step, the same for every item. */
function drawnFor(name: string, term: Term, batch: number, size: readonly number[]): Inputs {
  const wanted = Object.entries(term.stepInputs?.(shapes(batch, size)) ?? {});
  return Object.fromEntries(
    wanted.map(([input, { shape, kind }]) => {
      const row = drawStepInput(tensorName.drawn(name, input), { shape, kind }, 5, 0);
      const data = new Float32Array(row.length * batch);
      for (let i = 0; i < batch; i++) data.set(row, i * row.length);
      return [input, { data, shape: [batch, ...shape] }];
    }),
  );
}

/** The numbers that a term reads: its parameters at their defaults, and unequal shares of the layers. */
function numbersFor({ parameters }: Loss, term: Term, batch: number): Inputs {
  const known: Record<string, number> = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, Number(parameter.default)]),
  );
  for (const [i, layer] of term.layers.entries()) known[shareOf(layer)] = (i + 1) / 3;
  return Object.fromEntries(
    (term.numbers ?? []).map((name) => [
      name,
      { data: new Float32Array(batch).fill(known[name]), shape: [batch] },
    ]),
  );
}

/** The default settings of a loss, and one for each other word and for the smallest of each count. */
function settingsOf(loss: Loss): Record<string, Settings> {
  const usual = defaultSettings(loss);
  const others = Object.entries(loss.parameters).flatMap(([name, parameter]): [string, Settings][] => {
    if (parameter.kind === 'number') return [];
    const values =
      parameter.kind === 'count'
        ? [parameter.min]
        : parameter.words.filter((word) => word !== parameter.default);
    return values.map((value) => [` with ${name} ${value}`, { ...usual, [name]: value }]);
  });
  return { '': usual, ...Object.fromEntries(others) };
}

/** Parts, scales, and the gradient of the sum of parts with respect to every layer that the term reads. */
function termFunction(term: Term): TensorFunction {
  return (inputs) => {
    const given = {
      drawn: taken('drawn', inputs) as Named<tf.Tensor>,
      numbers: taken('number', inputs) as Named<tf.Tensor> as Named<tf.Tensor1D>,
    };
    const targets = Object.fromEntries(
      term.sources.map((role) => [role, term.target(role, taken(role, inputs))]),
    );
    const values = Object.fromEntries(Object.entries(targets).map(([role, target]) => [role, target.values]));
    const partsOf = (features: Features) => term.value(features, values, given);
    const features = taken('image', inputs);
    const gradients = tf.grads((...layers) => {
      const moved = Object.fromEntries(term.layers.map((layer, i) => [layer, layers[i] as tf.Tensor4D]));
      const parts = partsOf({ ...features, ...moved });
      return tf.sum(tf.addN(term.parts.map((part) => parts[part])));
    })(term.layers.map((layer) => features[layer]));
    const scales = Object.assign({}, ...Object.values(targets).map((target) => target.scales));
    return {
      ...Object.fromEntries(
        Object.entries(partsOf(features)).map(([part, value]) => [`part:${part}`, value]),
      ),
      ...Object.fromEntries(
        Object.entries(scales).map(([part, scale]) => [`scale:${part}`, scale as tf.Tensor]),
      ),
      ...Object.fromEntries(term.layers.map((layer, i) => [`gradient:${layer}`, gradients[i]])),
    };
  };
}

const sumOfParts = (outputs: Inputs, row = 0): number =>
  Object.entries(outputs)
    .filter(([name]) => name.startsWith('part:'))
    .reduce((sum, [, { data }]) => sum + data[row], 0);

const cases = Object.entries(lossesByTerm).flatMap(([name, loss]) =>
  Object.entries(settingsOf(loss)).map(([suffix, settings]) => ({
    name: `${name}${suffix}`,
    loss,
    settings,
    /** Whether the term sees all places of the image, and of its target. */
    isWhole: Object.entries(settings).every(
      ([key, value]) => value === defaultSettings(loss)[key] || typeof value === 'string',
    ),
  })),
);

/** Losses of nearest features and of absolute values have kinks, where they have two slopes. All others are smooth. */
const isKinked = (name: string): boolean =>
  /nearestNeighbor|relaxedEmd|contextual|mrf|selfSimilarity/.test(name);

/** Relative difference of a slope and a difference quotient in single precision. */
const tolerance = 1e-2;

/** 0 or 1, without a pattern. */
const coin = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 16) & 1;

for (const { name, loss, settings, isWhole } of cases) {
  const role = name.startsWith('style') ? 'style' : 'content';
  const layers = name.includes('.') ? ['relu1_1', 'relu2_1'] : [pixels];
  const term = loss.term({ role, layers }, settings);
  const run = runnerOf(termFunction(term));
  const inputsOf = (batch: number, image: Inputs, seed = 20): Inputs =>
    Object.assign(
      prefixed('image', image),
      prefixed('drawn', drawnFor(name, term, batch, imageSize)),
      prefixed('number', numbersFor(loss, term, batch)),
      ...term.sources.map((source, i) => prefixed(source, featuresOf(batch, sizeOf(source), seed + 10 * i))),
    );

  for (const engine of engines) {
    for (const batch of [1, 3]) {
      test(`${name} on ${engine.name}, batch of ${batch}: the gradient matches central differences`, async (t) => {
        const image = featuresOf(batch, imageSize, 1);
        const outputs = await run(engine, inputsOf(batch, image));
        for (const layer of term.layers) {
          const gradient = outputs[`gradient:${layer}`];
          for (let row = 0; row < batch; row++) {
            const slope = rowOf(gradient, row).data;
            if (Math.hypot(...slope) < 1e-6) continue;
            // Along the gradient, and along two halves of it: these also see whether its direction is right.
            for (const half of [undefined, 0, 1]) {
              const direction = slope.map((value, i) => (half === undefined || coin(i) === half ? value : 0));
              const length = Math.hypot(...direction);
              if (length < 1e-6) continue;
              const moved = async (by: number) => {
                const data = image[layer].data.slice();
                for (const [i, value] of direction.entries())
                  data[row * slope.length + i] += (by * value) / length;
                const at = { ...image, [layer]: { ...image[layer], data } };
                return sumOfParts(await run(engine, inputsOf(batch, at)), row);
              };
              const here = sumOfParts(outputs, row);
              const differences: number[] = [];
              for (const step of isKinked(name) ? [1e-2, 2e-3, 4e-4] : [1e-2, 2e-3]) {
                const [ahead, behind] = [await moved(step), await moved(-step)];
                differences.push((ahead - behind) / (2 * step));
                // Another feature may become the nearest within a step. Smaller steps avoid that, or, if the image is at such
                // a kink, the slope is that of one side.
                if (step < 1e-3) differences.push((ahead - here) / step, (here - behind) / step);
                if (differences.some((difference) => isClose(difference, length, tolerance))) break;
              }
              t.true(
                differences.some((difference) => isClose(difference, length, tolerance)),
                `${layer} row ${row}: ${differences} for ${length}`,
              );
            }
          }
        }
      });
    }

    test(`${name} on ${engine.name}: zero at its target`, async (t) => {
      // Total variation has no target: it is zero for a flat image.
      const [same, flat] = [featuresOf(1, imageSize, 1), constant(0.4)];
      const image = term.layers.includes(pixels) ? flat : same;
      const inputs = Object.assign(
        prefixed('image', image),
        prefixed('drawn', drawnFor(name, term, 1, imageSize)),
        prefixed('number', numbersFor(loss, term, 1)),
        ...term.sources.map((source) => prefixed(source, image)),
      );
      const outputs = await run(engine, inputs);
      t.deepEqual(
        Object.keys(outputs).filter((output) => output.startsWith('part:')),
        term.parts.map((part) => `part:${part}`),
      );
      if (isWhole) t.true(Math.abs(sumOfParts(outputs)) < 1e-6, `${sumOfParts(outputs)}`);
    });

    test(`${name} on ${engine.name}: values and gradients are finite and scales positive on flat, black and saturated input`, async (t) => {
      for (const imageValue of [0, 0.5, 1]) {
        for (const sourceValue of [0, 0.5, 1]) {
          const inputs = Object.assign(
            prefixed('image', constant(imageValue)),
            prefixed('drawn', drawnFor(name, term, 1, imageSize)),
            prefixed('number', numbersFor(loss, term, 1)),
            ...term.sources.map((source) => prefixed(source, constant(sourceValue))),
          );
          for (const [output, { data }] of Object.entries(await run(engine, inputs))) {
            t.true(data.every(Number.isFinite), `${output} at ${imageValue}, ${sourceValue}`);
            if (output.startsWith('scale:')) t.true(data.every((scale) => scale > 0));
          }
        }
      }
    });

    test(`${name} on ${engine.name}: the scale is the size of the target`, async (t) => {
      // Without any features the difference is the target itself.
      const outputs = await run(engine, inputsOf(1, constant(0)));
      const ratios = term.parts.flatMap((part) => {
        const scale = outputs[`scale:${part}`]?.data[0];
        // Total variation vanishes where nothing varies, and a part without a scale is not divided.
        return scale === undefined || term.layers.includes(pixels)
          ? []
          : outputs[`part:${part}`].data[0] / scale;
      });
      t.true(
        ratios.every((ratio) => ratio > 0.5 && ratio < 2),
        `${ratios}`,
      );
    });

    test(`${name} on ${engine.name}: rows of a batch are independent`, async (t) => {
      const inputs = inputsOf(3, featuresOf(3, imageSize, 1));
      const together = await run(engine, inputs);
      for (const row of [0, 1, 2]) {
        const own = Object.fromEntries(Object.entries(inputs).map(([input, x]) => [input, rowOf(x, row)]));
        const alone = await run(engine, own);
        for (const [output, { data }] of Object.entries(alone)) {
          const difference = relativeDifference(rowOf(together[output], row).data, data);
          t.true(difference < 1e-5, `${output} row ${row}: ${difference}`);
        }
      }
    });
  }

  test(`${name}: the engines agree`, async (t) => {
    const inputs = inputsOf(2, featuresOf(2, imageSize, 1));
    const [expected, actual] = await Promise.all(engines.map((engine) => run(engine, inputs)));
    for (const [output, { data }] of Object.entries(expected)) {
      const difference = relativeDifference(actual[output].data, data);
      t.true(difference < 1e-5, `${output}: ${difference}`);
    }
  });
}

/** Features and image with the same value everywhere. */
function constant(value: number): Inputs {
  return Object.fromEntries(
    Object.entries(shapes(1, imageSize)).map(([layer, shape]) => [
      layer,
      { data: new Float32Array(shape.reduce((a, b) => a * b)).fill(value), shape },
    ]),
  );
}
