/** VGG-19 trained on ImageNet (Simonyan & Zisserman 2014), the standard network for style transfer. @module */
import * as tf from '@tensorflow/tfjs';
import type { HostTensor, WeightSet } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { openSafetensors, type SafetensorsFile } from '../../files/safetensors/read.js';
import type { Network } from './network.js';
import { torchvisionConvolutions } from './torchvision.js';
import { replicatingConvolution, vgg19Blocks, vggFeatures, vggLayers, vggShapeAt } from './vgg.js';

/**
 * The two common kinds of preprocessing. Tensor names are the same for both, so the metadata of a Caffe file must contain
 * `preprocess: bgr-255-caffe`. A file without this entry is assumed to be torchvision's.
 */
const preprocessings = {
  'bgr-255-caffe': { bgr: true, scale: 255, mean: [103.939, 116.779, 123.68], deviation: [1, 1, 1] },
  'rgb-imagenet': { bgr: false, scale: 1, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
} as const;
type Preprocessing = keyof typeof preprocessings;

export const vgg19: Network = {
  layers: vggLayers(vgg19Blocks),
  defaults: {
    contentLayers: { relu4_2: 1 },
    styleLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
    pooling: 'max',
    optimizer: 'lbfgs',
    totalVariation: 0,
    coarseStage: true,
  },
  minimumSizePx: 32,
  needsWeights: true,
  takesWeights: true,

  async loadWeights(file) {
    if (!file) throw new WildstyleError('weights-missing', 'vgg19 needs a weights file.');
    return loadVgg19(file);
  },

  shapeAt: (layer, image) => vggShapeAt(vgg19Blocks, layer, image),

  features(image, weights, layers, pooling) {
    const preprocessed = tf.sub(tf.mul(image, weights['preprocess.scale']), weights['preprocess.mean']);
    return vggFeatures(preprocessed as tf.Tensor4D, vgg19Blocks, layers, pooling, {
      convolution: replicatingConvolution(weights),
    });
  },
};

function loadVgg19(bytes: Uint8Array): WeightSet {
  const file = openSafetensors(bytes);
  const name = (file.metadata.preprocess ?? 'rgb-imagenet') as Preprocessing;
  if (!Object.hasOwn(preprocessings, name)) {
    throw new WildstyleError(
      'weights-invalid',
      `The metadata of the weights file has the unknown preprocessing "${name}".`,
      { cure: `Set it to ${Object.keys(preprocessings).join(' or ')}.` },
    );
  }
  const { bgr, scale, mean, deviation } = preprocessings[name];
  // For a BGR network, reverse the input channels of the first filters instead of the image's channels at run time.
  const inRgb = (values: readonly number[]): number[] => (bgr ? [...values].reverse() : [...values]);
  const tensors: Record<string, HostTensor> = {
    'preprocess.scale': vector(inRgb(deviation.map((d) => scale / d))),
    'preprocess.mean': vector(inRgb(mean.map((m, c) => m / deviation[c]))),
  };
  for (const { layer, name: source, inputs, outputs } of torchvisionConvolutions(vgg19Blocks)) {
    expectShape(file, `${source}.weight`, [outputs, inputs, 3, 3]);
    expectShape(file, `${source}.bias`, [outputs]);
    const reversed = bgr && layer === 'conv1_1';
    defineLazily(tensors, `${layer}.weight`, [3, 3, inputs, outputs], () =>
      toHwio(readFinite(file, `${source}.weight`), outputs, inputs, reversed),
    );
    defineLazily(tensors, `${layer}.bias`, [outputs], () => readFinite(file, `${source}.bias`));
  }
  return { digest: sha256(bytes), tensors };
}

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

function expectShape(file: SafetensorsFile, tensor: string, shape: readonly number[]): void {
  const found = file.shapes[tensor];
  if (found?.join() === shape.join()) return;
  const what = found ? `is [${found}], not [${shape}]` : 'is missing';
  throw new WildstyleError(
    'weights-invalid',
    `The weights file does not contain VGG-19: tensor ${tensor} ${what}.`,
    {
      cure: "Use a file with VGG-19's convolutions under torchvision's names, features.0.weight to features.34.bias.",
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

/** Transposes `[out, in, 3, 3]` to TF.js's `[3, 3, in, out]`. `reversed` reverses the input channels. */
function toHwio(oihw: Float32Array, outputs: number, inputs: number, reversed: boolean): Float32Array {
  const hwio = new Float32Array(oihw.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const source = (o * inputs + (reversed ? inputs - 1 - i : i)) * 9;
      for (let k = 0; k < 9; k++) hwio[(k * inputs + i) * outputs + o] = oihw[source + k];
    }
  }
  return hwio;
}
