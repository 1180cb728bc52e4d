/** A student: a narrow VGG whose features stand in for those of its teacher. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named } from '../../src/engine/engine.js';
import { WildstyleError } from '../../src/errors.js';
import { keyOfSeed, normals } from '../../src/random.js';
import {
  type Blocks,
  channelsOf,
  convolutionsOf,
  replicatingConvolution,
  vgg19Blocks,
  vggFeatures,
} from '../../src/stylize/networks/vgg/vgg.js';

/** A student in training. */
export interface Student {
  readonly name: string;
  readonly blocks: Blocks;
}

/**
 * Reads a student's name and widths, block by block: `compact=16,16/32,32/64,64/128,128/128`.
 * @throws `option-invalid` if it is not of this form or lacks a layer that is compared
 */
export function studentOf(spec: string): Student {
  const [, name, widths] = /^([^=/]+)=(\d+(?:,\d+)*(?:\/\d+(?:,\d+)*){4})$/.exec(spec) ?? [];
  const student = name && widths ? parsed(name, widths) : undefined;
  if (student && student.blocks[3].length > 1 && student.blocks.flat().every((width) => width > 0))
    return student;
  throw new WildstyleError('option-invalid', `The student ${spec} cannot be read.`, {
    cure: 'Write NAME=WIDTHS with five blocks, at least two layers in the fourth: F=32/48,48/64,64/128,128/128.',
  });
}

function parsed(name: string, widths: string): Student {
  return { name, blocks: widths.split('/').map((block) => block.split(',').map(Number)) };
}

/** The layers that are compared: those of the style and the content. The student has every one of them. */
export const comparedLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu4_2', 'relu5_1'] as const;
export const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'] as const;
export const contentLayer = 'relu4_2';

const convolutionOf = (layer: string): string => layer.replace('relu', 'conv');
/** The ReLU after a convolution. */
export const reluOf = (layer: string): string => layer.replace('conv', 'relu');

/**
 * Random filters (He et al. 2015), and for each compared layer a projection from the student's channels to the teacher's.
 * Names: `<student>/<layer>.weight`, `.bias`, `.projection`.
 */
export function randomParameters({ name, blocks }: Student, seed: number): Record<string, HostTensor> {
  const parameters: Record<string, HostTensor> = {};
  const drawn = (size: number, deviation: number): Float32Array =>
    normals(keyOfSeed(seed), Object.keys(parameters).length, size).map((value) => deviation * value);
  for (const { layer, inputs, outputs } of convolutionsOf(blocks)) {
    const shape = [3, 3, inputs, outputs];
    parameters[`${name}/${layer}.weight`] = {
      data: drawn(9 * inputs * outputs, Math.sqrt(2 / (9 * inputs))),
      shape,
    };
    parameters[`${name}/${layer}.bias`] = { data: new Float32Array(outputs), shape: [outputs] };
  }
  for (const layer of comparedLayers) {
    const [from, to] = [blocks, vgg19Blocks].map((some) => channelsOf(some, convolutionOf(layer)));
    parameters[`${name}/${layer}.projection`] = {
      data: drawn(from * to, 1 / Math.sqrt(from)),
      shape: [from, to],
    };
  }
  return parameters;
}

/** The parameters of one student under their own names: `<layer>.weight`. */
export function ownParameters<T>({ name }: Student, parameters: Named<T>): Record<string, T> {
  const prefix = `${name}/`;
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * The student's features, which can be differentiated twice.
 * @param image `[batch, height, width, 3]`, RGB in [0, 1]
 */
export function studentFeatures(
  { blocks }: Student,
  image: tf.Tensor4D,
  own: Named<tf.Tensor>,
  layers: readonly string[],
): Named<tf.Tensor4D> {
  return vggFeatures(centered(image), blocks, layers, 'average', {
    convolution: replicatingConvolution(own),
  });
}

/** RGB to about [-2, 2], the range that the teacher sees. */
export const centered = (image: tf.Tensor4D): tf.Tensor4D => tf.sub(tf.mul(image, 4), 2) as tf.Tensor4D;
