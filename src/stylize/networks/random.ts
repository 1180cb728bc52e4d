/**
 * A network of seeded random filters (Ustyuzhaninov et al. 2016; He et al. 2016): it synthesizes textures without
 * training, so it needs no download. Every filter beyond the first layer has zero mean. Layer by layer, filters are
 * scaled to a mean activation of one (the normalization of Gatys et al. 2016) over images that have the statistics of
 * photographs.
 * @module
 */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named, TensorFunction, WeightSet } from '../../engine/engine.js';
import { createReferenceEngine } from '../../engine/reference.js';
import { runOnce } from '../../engine/run-once.js';
import { sha256InPieces } from '../../files/digest.js';
import { drawNumber, keyOfSeed, normals } from '../../random.js';
import { deadLeaves } from './dead-leaves.js';
import type { Network } from './network.js';
import {
  type Blocks,
  channelsOf,
  replicatingConvolution,
  vggFeatures,
  vggLayers,
  vggShapeAt,
} from './vgg/vgg.js';

/** The seed with the least grain and the most even colors of the four compared. */
const key = keyOfSeed(42);
const calibrationImages = 2;
const calibrationSizePx = 48;
/** Lower bound for mean activations, so that a filter that never activates does not cause a division by zero. */
const smallestMean = 1e-6;
/** Standard deviation of the color component of first-layer filters. That of their edge component is 1. */
const colorShare = 0.3;

/** Centers the pixels, so that mid-gray activates nothing. */
const center = (image: tf.Tensor4D): tf.Tensor4D => tf.sub(tf.mul(image, 2), 1);

/** Widths of two convolutions in each of four blocks. */
const blocksOf = (first: number): Blocks => [1, 2, 4, 8].map((factor) => [first * factor, first * factor]);

/** Makes a network of random filters. @param contentLayer its default content layer */
function randomNetwork(blocks: Blocks, contentLayer: string): Network {
  return {
    layers: vggLayers(blocks),
    // Untrained filters respond to noise as much as to strokes. Average pooling, the small, even steps of Adam and some
    // total variation keep noise out of the image.
    defaults: {
      contentLayers: { [contentLayer]: 1 },
      styleLayers: blocks.map((_, block) => `relu${block + 1}_1`),
      pooling: 'average',
      optimizer: 'adam',
      totalVariation: 0.05,
      // Untrained filters do not bring back the detail that an enlarged image lacks.
      coarseStage: false,
      smoothing: false,
    },
    minimumSizePx: 32,
    needsWeights: false,
    takesWeights: false,
    loadWeights: () => makeWeights(blocks),
    shapeAt: (layer, image) => vggShapeAt(blocks, layer, image),
    features: (image, weights, layers, pooling, padding) =>
      vggFeatures(center(image), blocks, layers, pooling, {
        convolution: replicatingConvolution(weights, padding),
      }),
  };
}

export const random = randomNetwork(blocksOf(32), 'relu4_1');
/** Half and twice the channels. */
export const randomNarrow = randomNetwork(blocksOf(16), 'relu4_1');
export const randomWide = randomNetwork(blocksOf(64), 'relu4_1');
/** The first two blocks alone. */
export const randomShallow = randomNetwork(blocksOf(32).slice(0, 2), 'relu2_1');
/** As many convolutions as VGG-19 has in these blocks. */
export const randomDeep = randomNetwork(
  blocksOf(32).map(([channels], block) => Array.from({ length: block < 2 ? 2 : 4 }, () => channels)),
  'relu4_2',
);

const convolutionsIn = (blocks: Blocks): string[] =>
  vggLayers(blocks).filter((layer) => layer.startsWith('conv'));

async function makeWeights(blocks: Blocks): Promise<WeightSet> {
  const filters: Record<string, HostTensor> = {};
  let inputs = 3;
  for (const [index, layer] of convolutionsIn(blocks).entries()) {
    const outputs = channelsOf(blocks, layer);
    filters[`${layer}.weight`] =
      index === 0 ? colorFilters(layer, outputs) : zeroMeanFilters(layer, inputs, outputs);
    inputs = outputs;
  }
  const means = await meanActivations(blocks, filters);
  const tensors: Record<string, HostTensor> = {};
  const digest = sha256InPieces();
  for (const [name, { data, shape }] of Object.entries(filters)) {
    const divisors = means[name.split('.')[0]].map((mean) => Math.max(mean, smallestMean));
    const scaled = data.map((value, i) => value / divisors[i % divisors.length]);
    tensors[name] = { data: scaled, shape };
    digest.update(new Uint8Array(scaled.buffer));
  }
  return { digest: digest.digest('hex'), tensors };
}

/** Normally distributed filters `[3, 3, inputs, outputs]`, each shifted to zero mean. */
function zeroMeanFilters(layer: string, inputs: number, outputs: number): HostTensor {
  const taps = 9 * inputs;
  const drawn = normals(key, drawNumber(layer), taps * outputs);
  const data = new Float32Array(taps * outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const value = drawn[o * taps + t];
      data[t * outputs + o] = value;
      sum += value;
    }
    for (let t = 0; t < taps; t++) data[t * outputs + o] -= sum / taps;
  }
  return { data, shape: [3, 3, inputs, outputs] };
}

/**
 * Filters of the first layer: edge filters, each with a random direction in color space added. With edges alone, the
 * network would not respond to flat areas.
 */
function colorFilters(layer: string, outputs: number): HostTensor {
  const { data, shape } = zeroMeanFilters(layer, 3, outputs);
  // The draw's key is part of the weights: another spelling would give other filters, and change every image.
  const directions = normals(key, drawNumber(`${layer}.colour`), 3 * outputs);
  const colored = data.map((value, i) => {
    const [channel, output] = [Math.floor(i / outputs) % 3, i % outputs];
    return value + colorShare * directions[output * 3 + channel];
  });
  return { data: colored, shape };
}

/** The mean activation of each filter, with all filters of earlier layers already normalized by theirs. */
async function meanActivations(blocks: Blocks, filters: Named<HostTensor>): Promise<Named<Float32Array>> {
  const size = calibrationSizePx;
  const images = Array.from({ length: calibrationImages }, (_, i) => deadLeaves(i, size));
  const data = new Float32Array(images.length * images[0].length);
  for (const [i, image] of images.entries()) data.set(image, i * image.length);
  // The reference engine gives the same numbers on every machine, so the digest of the weights is the same, too.
  const engine = await createReferenceEngine();
  const image = { data, shape: [images.length, size, size, 3] };
  const compiled = await engine.compile(
    activationFunction(blocks),
    { image: image.shape },
    { digest: '', tensors: filters },
  );
  const outputs = await runOnce(engine, compiled, { image });
  return Object.fromEntries(Object.entries(outputs).map(([layer, means]) => [layer, means.data]));
}

function activationFunction(blocks: Blocks): TensorFunction {
  const last = convolutionsIn(blocks).at(-1)?.replace('conv', 'relu') as string;
  return ({ image }, filters) => {
    const means: Record<string, tf.Tensor> = {};
    vggFeatures(center(image as tf.Tensor4D), blocks, [last], 'max', {
      convolution(input, layer) {
        const response = replicatingConvolution(filters)(input, layer);
        means[layer] = tf.mean(tf.relu(response), [0, 1, 2]);
        return tf.div(response, tf.maximum(means[layer], smallestMean));
      },
    });
    return means;
  };
}
