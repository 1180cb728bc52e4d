/** The architecture of VGG networks: blocks of 3x3 convolutions with ReLU, followed by 2x2 pooling. @module */
import * as tf from '@tensorflow/tfjs';
import type { Named, Shape } from '../../../engine/engine.js';
import { replicated } from '../../../engine/padding.js';
import { averagePool2x2 } from '../../../engine/pooling.js';
import { WildstyleError } from '../../../errors.js';
import type { Padding, Pooling } from '../network.js';

/** The output channels of each convolution in each block. */
export type Blocks = readonly (readonly number[])[];

/** The blocks of VGG-19 (Simonyan & Zisserman 2014, configuration E). */
export const vgg19Blocks: Blocks = [
  [64, 64],
  [128, 128],
  [256, 256, 256, 256],
  [512, 512, 512, 512],
  [512, 512, 512, 512],
];

/** The blocks of VGG-16 (Simonyan & Zisserman 2014, configuration D). */
export const vgg16Blocks: Blocks = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

/** Layer names in order from the input: `conv1_1`, `relu1_1`, `conv1_2`, ... `pool1`, ... */
export function vggLayers(blocks: Blocks): string[] {
  return blocks.flatMap((block, b) => [
    ...block.flatMap((_, c) => [`conv${b + 1}_${c + 1}`, `relu${b + 1}_${c + 1}`]),
    `pool${b + 1}`,
  ]);
}

/** The number of output channels of the convolution `conv<block>_<position>`. */
export function channelsOf(blocks: Blocks, layer: string): number {
  const [, block, position] = /^conv(\d+)_(\d+)$/.exec(layer) ?? [];
  return blocks[Number(block) - 1][Number(position) - 1];
}

/** A convolution of a network. */
export interface Convolution {
  /** `conv1_1` */
  readonly layer: string;
  /** Its place among all layers, {@link vggLayers}. */
  readonly index: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolutions of a network in order from the input. The first one has three input channels. */
export function convolutionsOf(blocks: Blocks): Convolution[] {
  const found: Convolution[] = [];
  vggLayers(blocks).forEach((layer, index) => {
    if (!layer.startsWith('conv')) return;
    const inputs = found.at(-1)?.outputs ?? 3;
    found.push({ layer, index, inputs, outputs: channelsOf(blocks, layer) });
  });
  return found;
}

/** The shape of the features at a layer. @param image `[batch, height, width, 3]` */
export function vggShapeAt(blocks: Blocks, layer: string, [batch, height, width]: Shape): Shape {
  const [, kind, number] = /^(conv|relu|pool)(\d+)/.exec(layer) ?? [];
  const block = blocks[Number(number) - 1];
  const halvings = Number(number) - (kind === 'pool' ? 0 : 1);
  const position = Number(layer.split('_')[1] ?? block.length);
  return [batch, height >> halvings, width >> halvings, block[position - 1]];
}

/** Functions that replace or extend the layers of the network. */
export interface LayerHooks {
  /** Computes a convolution. Its ReLU follows. */
  readonly convolution: (input: tf.Tensor4D, layer: string) => tf.Tensor4D;
  /** Transforms the result of a ReLU, for example to normalize it. */
  readonly activation?: (input: tf.Tensor4D, layer: string) => tf.Tensor4D;
}

/** A convolution with weights `<layer>.weight` `[3, 3, in, out]` and optional `<layer>.bias` `[out]`. */
export function weightedConvolution(
  weights: Named<tf.Tensor>,
): (input: tf.Tensor4D, layer: string, padding?: 'same' | 'valid') => tf.Tensor4D {
  return (input, layer, padding = 'same') => {
    const convolved = tf.conv2d(input, weights[`${layer}.weight`] as tf.Tensor4D, 1, padding);
    const bias = weights[`${layer}.bias`];
    return bias ? tf.add(convolved, bias) : convolved;
  };
}

const downsampling: Readonly<Record<Pooling, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  max: (x) => tf.maxPool(x, 2, 2, 'valid'),
  // Unlike TF.js's own, its gradient can be differentiated, as training against image gradients needs.
  average: averagePool2x2,
};

/** The layers that replicate the border. Those after the second pooling see it too coarsely to draw a line there. */
const replicating: Readonly<Record<Padding, RegExp>> = {
  replicate: /^conv[12]_/,
  first: /^conv1_1$/,
  zeros: /^$/,
};

/**
 * Like {@link weightedConvolution}, but by default the layers of the first two blocks pad their input by replicating its border.
 * Zeros look like an edge around the image, and optimizing pixels would draw a frame there.
 */
export function replicatingConvolution(
  weights: Named<tf.Tensor>,
  padding: Padding = 'replicate',
): LayerHooks['convolution'] {
  const convolution = weightedConvolution(weights);
  return (input, layer) => {
    if (!replicating[padding].test(layer)) return convolution(input, layer);
    return convolution(replicated(input), layer, 'valid');
  };
}

/**
 * Evaluates the network up to the deepest of the given layers.
 * @param image `[batch, height, width, 3]`, preprocessed
 * @returns the features of those layers, `[batch, height, width, channels]` each
 * @throws `layer-unknown` if the network has no such layer
 */
export function vggFeatures(
  image: tf.Tensor4D,
  blocks: Blocks,
  layers: readonly string[],
  pooling: Pooling,
  hooks: LayerHooks,
): Named<tf.Tensor4D> {
  const found: Record<string, tf.Tensor4D> = {};
  const missing = new Set(layers);
  const pool = downsampling[pooling];
  let current = image;
  for (const layer of vggLayers(blocks)) {
    if (missing.size === 0) break;
    if (layer.startsWith('conv')) {
      current = hooks.convolution(current, layer);
    } else if (layer.startsWith('relu')) {
      current = tf.relu(current);
      current = hooks.activation?.(current, layer) ?? current;
    } else {
      current = pool(current);
    }
    if (missing.delete(layer)) found[layer] = current;
  }
  if (missing.size > 0) throw unknownLayer([...missing][0], vggLayers(blocks));
  return found;
}

/** The error for an unknown layer name. */
export function unknownLayer(layer: string, known: readonly string[]): WildstyleError {
  return new WildstyleError('layer-unknown', `The network has no layer "${layer}".`, {
    cure: `Use one of: ${known.join(', ')}.`,
  });
}
