/** Loads files of networks that were trained on ImageNet, with torchvision's names. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, Named, WeightSet } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { openSafetensors, type SafetensorsFile } from '../../files/safetensors/read.js';
import { caffeUnit } from './units.js';

/**
 * The two common kinds of preprocessing. Tensor names are the same for both, so the metadata of a Caffe file must contain
 * `preprocess: bgr-255-caffe`. A file without this entry is assumed to be torchvision's.
 */
const preprocessings = {
  'bgr-255-caffe': {
    bgr: true,
    scale: 255,
    mean: [103.939, 116.779, 123.68],
    deviation: [1, 1, 1],
    unit: caffeUnit,
  },
  'rgb-imagenet': {
    bgr: false,
    scale: 1,
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
    unit: 1,
  },
} as const;
type Preprocessing = keyof typeof preprocessings;

/** A convolution in a file. */
export interface StoredConvolution {
  /** Name of the layer: its weights become `<layer>.weight` and `<layer>.bias`. */
  readonly layer: string;
  /** The name in the file, without `.weight` and `.bias`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Edge of the filter in pixels. */
  readonly edge: number;
}

/** The network of a file, for messages. */
export interface StoredNetwork {
  readonly title: string;
  /** In order from the input. */
  readonly convolutions: readonly StoredConvolution[];
}

/**
 * Loads a network's convolutions, and the preprocessing that its file asks for. Features have torchvision's size, whichever file
 * it is.
 * @throws `weights-invalid` if the file does not hold them
 */
export function loadImagenetWeights(bytes: Uint8Array, { title, convolutions }: StoredNetwork): WeightSet {
  const file = openSafetensors(bytes);
  const name = (file.metadata.preprocess ?? 'rgb-imagenet') as Preprocessing;
  if (!Object.hasOwn(preprocessings, name)) {
    throw new WildstyleError(
      'weights-invalid',
      `The metadata of the weights file has the unknown preprocessing "${name}".`,
      { cure: `Set it to ${Object.keys(preprocessings).join(' or ')}.` },
    );
  }
  const { bgr, scale, mean, deviation, unit } = preprocessings[name];
  // For a BGR network, reverse the input channels of the first filters instead of the image's channels at run time.
  const inRgb = (values: readonly number[]): number[] => (bgr ? [...values].reverse() : [...values]);
  const tensors: Record<string, HostTensor> = {
    'preprocess.scale': vector(inRgb(deviation.map((d) => scale / d / unit))),
    'preprocess.mean': vector(inRgb(mean.map((m, c) => m / deviation[c] / unit))),
  };
  const expect = (tensor: string, shape: readonly number[]) => {
    const found = file.shapes[tensor];
    if (found?.join() !== shape.join()) throw notIn(title, convolutions, tensor, shape, found);
  };
  for (const [index, { layer, name: source, inputs, outputs, edge }] of convolutions.entries()) {
    expect(`${source}.weight`, [outputs, inputs, edge, edge]);
    expect(`${source}.bias`, [outputs]);
    const size = { outputs, inputs, edge, reversed: bgr && index === 0 };
    defineLazily(tensors, `${layer}.weight`, [edge, edge, inputs, outputs], () =>
      toHwio(readFinite(file, `${source}.weight`), size),
    );
    defineLazily(tensors, `${layer}.bias`, [outputs], () =>
      readFinite(file, `${source}.bias`).map((value) => value / unit),
    );
  }
  return { digest: sha256(bytes), tensors, metadata: file.metadata };
}

/** Pixels as the network expects them. @param image RGB in [0, 1] */
export const preprocessed = (image: tf.Tensor4D, weights: Named<tf.Tensor>): tf.Tensor4D =>
  tf.sub(tf.mul(image, weights['preprocess.scale']), weights['preprocess.mean']);

function vector(values: number[]): HostTensor {
  return { data: Float32Array.from(values), shape: [values.length] };
}

/** Converts a tensor on first use. Half of the parameters belong to layers deeper than recipes usually use. */
function defineLazily(
  tensors: Record<string, HostTensor>,
  name: string,
  shape: readonly number[],
  read: () => Float32Array,
): void {
  let data: Float32Array | undefined;
  tensors[name] = {
    shape,
    get data() {
      data ??= read();
      return data;
    },
  };
}

function notIn(
  title: string,
  convolutions: readonly StoredConvolution[],
  tensor: string,
  shape: readonly number[],
  found: readonly number[] | undefined,
): WildstyleError {
  const what = found ? `is [${found}], not [${shape}]` : 'is missing';
  const [first, last] = [convolutions[0], convolutions[convolutions.length - 1]];
  return new WildstyleError(
    'weights-invalid',
    `The weights file does not contain ${title}: tensor ${tensor} ${what}.`,
    {
      cure: `Use a file with ${title}'s convolutions under torchvision's names, ${first.name}.weight to ${last.name}.bias.`,
    },
  );
}

function readFinite(file: SafetensorsFile, tensor: string): Float32Array {
  const values = file.read(tensor);
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return values;
  throw new WildstyleError(
    'weights-invalid',
    `The weights file has the value ${values[index]} in tensor ${tensor} at index ${index}.`,
    { cure: 'Download the file again. Every weight must be finite.' },
  );
}

interface FilterSize {
  readonly outputs: number;
  readonly inputs: number;
  readonly edge: number;
  /** Whether to reverse the input channels. */
  readonly reversed: boolean;
}

/** Transposes `[out, in, edge, edge]` to TF.js's `[edge, edge, in, out]`. */
function toHwio(oihw: Float32Array, { outputs, inputs, edge, reversed }: FilterSize): Float32Array {
  const hwio = new Float32Array(oihw.length);
  const taps = edge * edge;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const source = (o * inputs + (reversed ? inputs - 1 - i : i)) * taps;
      for (let k = 0; k < taps; k++) hwio[(k * inputs + i) * outputs + o] = oihw[source + k];
    }
  }
  return hwio;
}
