/** Test images, and plain reference implementations to compare with. @module */
import type { Engine, HostTensor, Named, Shape } from '../../src/engine/index.js';
import { type OptimizeRecipe, resolveOptimize } from '../../src/methods/optimize/recipe/resolve.js';
import { type RecipeInput, recipeSchema } from '../../src/methods/recipe.js';
import { keyOfSeed, uniform } from '../../src/random.js';

/** An image with waves, edges and grain, `[1, height, width, 3]` in [0, 1]. Each seed gives a different one. */
export function pattern(seed: number, height = 32, width = height): HostTensor {
  const key = keyOfSeed(seed);
  const [across, down, edge] = [0, 1, 2].map((draw) => 0.1 + 0.5 * uniform(key, draw, 0));
  const data = Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const [row, column, channel] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width, i % 3];
    const wave = 0.25 * Math.sin(across * column + down * row + channel * (seed + 1));
    const side = row * edge + column > (height * edge + width) / 2 ? 0.15 : -0.15;
    return 0.5 + wave + side + 0.2 * (uniform(key, 3, i) - 0.5);
  });
  return { data, shape: [1, height, width, 3] };
}

/** A fast recipe: the random network with few layers. */
export function quickInput(input: RecipeInput = {}): RecipeInput {
  return {
    network: 'random',
    pooling: 'max',
    optimizer: 'lbfgs',
    totalVariation: 0,
    steps: 4,
    stages: [],
    ...input,
    content: { layers: ['relu2_1'], ...input.content },
    style: { layers: ['relu1_1', 'relu2_1'], ...input.style },
  };
}

/** The same, resolved. */
export const quickRecipe = (input: RecipeInput = {}): OptimizeRecipe => resolved(quickInput(input));

/** A resolved recipe, with `network: auto` resolved to random. */
export function resolved(input: RecipeInput = {}): OptimizeRecipe {
  return resolveOptimize(recipeSchema.parse(input), { network: 'random' });
}

/** An image, in double precision or any other. */
export interface PlainImage {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/** Features as `[height, width, channels]` in double precision. */
export interface PlainFeatures {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/**
 * A 3x3 convolution, by definition. Beyond the border there are zeros or copies of the nearest pixel. The filter is
 * `[3, 3, in, out]`.
 */
function convolve(
  { height, width, channels, data }: PlainFeatures,
  filter: HostTensor,
  border: 'zero' | 'replicate',
): PlainFeatures {
  const nearest = (index: number, size: number) => Math.min(size - 1, Math.max(0, index));
  const outputs = filter.shape[3];
  const result = new Float64Array(height * width * outputs);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let tap = 0; tap < 9; tap++) {
        let [row, column] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
        if (border === 'replicate') [row, column] = [nearest(row, height), nearest(column, width)];
        if (row < 0 || column < 0 || row >= height || column >= width) continue;
        for (let i = 0; i < channels; i++) {
          const value = data[(row * width + column) * channels + i];
          const from = (tap * channels + i) * outputs;
          const to = (y * width + x) * outputs;
          for (let o = 0; o < outputs; o++) result[to + o] += value * filter.data[from + o];
        }
      }
    }
  }
  return { height, width, channels: outputs, data: result };
}

function pool({ height, width, channels, data }: PlainFeatures, kind: 'max' | 'average'): PlainFeatures {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const result = new Float64Array(rows * columns * channels);
  for (let i = 0; i < result.length; i++) {
    const [row, column, channel] = [
      Math.floor(i / channels / columns),
      Math.floor(i / channels) % columns,
      i % channels,
    ];
    const window = [0, 1, 2, 3].map(
      (k) => data[((2 * row + (k >> 1)) * width + 2 * column + (k & 1)) * channels + channel],
    );
    result[i] = kind === 'max' ? Math.max(...window) : window.reduce((a, b) => a + b) / 4;
  }
  return { height: rows, width: columns, channels, data: result };
}

/** The features of one image at `layers` of the random network, computed with plain loops. */
export function plainRandomFeatures(
  image: PlainImage,
  weights: Named<HostTensor>,
  layers: readonly string[],
  pooling: 'max' | 'average' = 'max',
): Named<PlainFeatures> {
  const [, height, width, channels] = image.shape;
  let current: PlainFeatures = {
    height,
    width,
    channels,
    data: Float64Array.from(image.data, (value) => 2 * value - 1),
  };
  const found: Record<string, PlainFeatures> = {};
  for (const name of ['1_1', '1_2', 'pool1', '2_1', '2_2', 'pool2', '3_1']) {
    if (Object.keys(found).length === layers.length) break;
    if (name.startsWith('pool')) {
      current = pool(current, pooling);
      if (layers.includes(name)) found[name] = current;
      continue;
    }
    const border = /^[12]_/.test(name) ? 'replicate' : 'zero';
    current = convolve(current, weights[`conv${name}.weight`], border);
    if (layers.includes(`conv${name}`)) found[`conv${name}`] = current;
    current = { ...current, data: current.data.map((value) => Math.max(0, value)) };
    if (layers.includes(`relu${name}`)) found[`relu${name}`] = current;
  }
  return found;
}

/** The Gram matrix of features divided by the number of positions, by definition. */
export function plainGram({ height, width, channels, data }: PlainFeatures): Float64Array {
  const gram = new Float64Array(channels * channels);
  for (let p = 0; p < height * width; p++) {
    for (let a = 0; a < channels; a++) {
      for (let b = 0; b < channels; b++)
        gram[a * channels + b] += data[p * channels + a] * data[p * channels + b];
    }
  }
  return gram.map((sum) => sum / (height * width));
}

/** The mean squared difference of vertical neighbors plus that of horizontal neighbors. */
export function plainTotalVariation({ data, shape }: { data: ArrayLike<number>; shape: Shape }): number {
  const [, height, width, channels] = shape;
  const at = (row: number, column: number, channel: number) =>
    data[(row * width + column) * channels + channel];
  const [down, right]: [number[], number[]] = [[], []];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        if (row + 1 < height) down.push((at(row + 1, column, c) - at(row, column, c)) ** 2);
        if (column + 1 < width) right.push((at(row, column + 1, c) - at(row, column, c)) ** 2);
      }
    }
  }
  return mean(down) + mean(right);
}

export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export const meanSquare = (values: ArrayLike<number>): number =>
  mean(Array.from(values, (value) => value ** 2));

export const meanSquaredDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  mean(Array.from(a, (value, i) => (value - b[i]) ** 2));

/** Whether two numbers are equal within a relative tolerance. */
export const isClose = (actual: number, expected: number, tolerance: number): boolean =>
  Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(actual), Math.abs(expected));

/** An engine that behaves like another one except for `changes`. */
export function engineLike(engine: Engine, changes: Partial<Engine>): Engine {
  return {
    name: engine.name,
    device: engine.device,
    version: engine.version,
    precision: engine.precision,
    compile: (fn, inputs, weights) => engine.compile(fn, inputs, weights),
    put: (tensor) => engine.put(tensor),
    read: (value) => engine.read(value),
    assign: (value, row, data) => engine.assign(value, row, data),
    dispose: () => engine.dispose(),
    ...changes,
  };
}
