/**
 * First values of a student, from the teacher's own filters: layer by layer, channels are chosen that span the others,
 * and filters are solved that compute those channels from what the student has so far.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { Engine, HostTensor, Named, TensorFunction, WeightSet } from '../../src/engine/engine.js';
import { runOnce } from '../../src/engine/run-once.js';
import { keyOfSeed, uniform } from '../../src/random.js';
import { channelsOf, convolutionsOf, vgg19Blocks } from '../../src/stylize/networks/vgg/vgg.js';
import { vgg19 } from '../../src/stylize/networks/vgg/vgg19.js';
import { solveSymmetric, spanningChannels } from './least-squares.js';
import { centered, comparedLayers, reluOf, type Student, studentFeatures } from './student.js';

/** Number of places that are compared in each layer. */
const places = 24_000;

/** The convolution of the teacher that one of the student's stands for: the last of a block feeds the next block. */
export function counterpart({ blocks }: Student, layer: string): string {
  const [, block, position] = (/conv(\d)_(\d)/.exec(layer) ?? []).map(Number);
  const isLast = position === blocks[block - 1].length && position > 1;
  // Block 4 is compared at relu4_2, whatever comes after.
  return isLast && block !== 4 ? `conv${block}_${vgg19Blocks[block - 1].length}` : layer;
}

const counterparts = (student: Student): string[] =>
  convolutionsOf(student.blocks).map(({ layer }) => counterpart(student, layer));

/**
 * @param images `[batch, size, size, 3]`
 * @returns parameters named like those of `randomParameters`
 */
export async function initialParameters(
  engine: Engine,
  student: Student,
  teacher: WeightSet,
  images: HostTensor,
): Promise<Record<string, HostTensor>> {
  const outputs = counterparts(student);
  const wanted = [...new Set([...outputs, ...comparedLayers])];
  const features = await evaluate(engine, images, teacher, (image, weights) =>
    vgg19.features(image, weights, wanted, vgg19.defaults.pooling),
  );
  const own: Record<string, HostTensor> = {};
  let [before] = [await evaluate(engine, images, undefined, (image) => ({ image: centered(image) }))].map(
    ({ image }) => image,
  );
  for (const { layer, outputs: count } of convolutionsOf(student.blocks)) {
    const target = features[counterpart(student, layer)];
    const chosen = spanningChannels(...(await moments(engine, activated(target))), count);
    const at = sampledPlaces(target.shape);
    const [x, y] = [unfolded(before, at), columnsOf(target, at, chosen)];
    const solution = await leastSquares(engine, x, y);
    const inputs = (x.shape[1] - 1) / 9;
    own[`${layer}.weight`] = {
      data: solution.data.slice(0, 9 * inputs * count),
      shape: [3, 3, inputs, count],
    };
    own[`${layer}.bias`] = { data: solution.data.slice(9 * inputs * count), shape: [count] };
    const relu = reluOf(layer);
    const digest = `${student.name} ${layer}`;
    const found = await evaluate(engine, images, { digest, tensors: own }, (image, weights) =>
      studentFeatures(student, image, weights, [relu, ...(isLast(student, layer) ? [poolOf(layer)] : [])]),
    );
    before = found[poolOf(layer)] ?? found[relu];
    const compared = comparedLayers.find((name) => name === relu);
    if (!compared) continue;
    const every = Array.from({ length: channelsOf(vgg19Blocks, layer) }, (_, channel) => channel);
    const x1 = columnsOf(found[relu], at);
    own[`${relu}.projection`] = await leastSquares(engine, x1, columnsOf(features[relu], at, every));
  }
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`${student.name}/${name}`, value]));
}

const poolOf = (layer: string): string => `pool${layer[4]}`;

const isLast = ({ blocks }: Student, layer: string): boolean =>
  Number(layer.split('_')[1]) === blocks[Number(layer[4]) - 1].length;

/** Evaluates a network on images. */
export async function evaluate(
  engine: Engine,
  images: HostTensor,
  weights: WeightSet | undefined,
  fn: (image: tf.Tensor4D, weights: Named<tf.Tensor>) => Named<tf.Tensor>,
): Promise<Named<HostTensor>> {
  const traced: TensorFunction = ({ image }, constants) => fn(image as tf.Tensor4D, constants);
  const compiled = await engine.compile(traced, { image: images.shape }, weights);
  const found = await runOnce(engine, compiled, { image: images });
  compiled.dispose();
  return found;
}

const activated = ({ data, shape }: HostTensor): HostTensor => ({
  data: data.map((value) => Math.max(0, value)),
  shape,
});

/** Second moments of the channels. */
async function moments(engine: Engine, { data, shape }: HostTensor): Promise<[Float64Array, number]> {
  const channels = shape[3];
  const rows = { data, shape: [data.length / channels, channels] };
  return [await product(engine, rows, rows), channels];
}

/** `a^T b` over the number of rows. */
async function product(engine: Engine, a: HostTensor, b: HostTensor): Promise<Float64Array> {
  const multiply: TensorFunction = (given) => ({
    result: tf.div(tf.matMul(given.a as tf.Tensor2D, given.b as tf.Tensor2D, true), a.shape[0]),
  });
  const compiled = await engine.compile(multiply, { a: a.shape, b: b.shape });
  const { result } = await runOnce(engine, compiled, { a, b });
  compiled.dispose();
  return Float64Array.from(result.data);
}

async function leastSquares(engine: Engine, x: HostTensor, y: HostTensor): Promise<HostTensor> {
  const [size, columns] = [x.shape[1], y.shape[1]];
  const [a, b] = [await product(engine, x, x), await product(engine, x, y)];
  return { data: Float32Array.from(solveSymmetric(a, b, size, columns)), shape: [size, columns] };
}

type Place = readonly [image: number, y: number, x: number];

/** Places that are not at the border, the same for equal shapes. */
function sampledPlaces([batch, height, width]: readonly number[]): Place[] {
  const draw = (name: number, i: number, below: number) => Math.floor(uniform(keyOfSeed(7), name, i) * below);
  return Array.from({ length: places }, (_, i) => [
    draw(0, i, batch),
    1 + draw(1, i, height - 2),
    1 + draw(2, i, width - 2),
  ]);
}

/** The 3x3 neighbors of each place, by row, column and channel, and a one. */
function unfolded({ data, shape }: HostTensor, at: readonly Place[]): HostTensor {
  const [, height, width, channels] = shape;
  const size = 9 * channels + 1;
  const result = new Float32Array(at.length * size).fill(1);
  for (const [row, [image, y, x]] of at.entries()) {
    for (let tap = 0; tap < 9; tap++) {
      const from = ((image * height + y + Math.floor(tap / 3) - 1) * width + x + (tap % 3) - 1) * channels;
      result.set(data.subarray(from, from + channels), row * size + tap * channels);
    }
  }
  return { data: result, shape: [at.length, size] };
}

/** Some channels of each place; all by default. */
function columnsOf(
  { data, shape }: HostTensor,
  at: readonly Place[],
  chosen?: readonly number[],
): HostTensor {
  const [, height, width, channels] = shape;
  const kept = chosen ?? Array.from({ length: channels }, (_, channel) => channel);
  const result = new Float32Array(at.length * kept.length);
  for (const [row, [image, y, x]] of at.entries()) {
    const from = ((image * height + y) * width + x) * channels;
    for (const [i, channel] of kept.entries()) result[row * kept.length + i] = data[from + channel];
  }
  return { data: result, shape: [at.length, kept.length] };
}
