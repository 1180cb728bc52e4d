/** The weights that others publish: where, how large, with which digests and under which license. @module */
import { squeezenetConvolutions } from '../stylize/networks/squeezenet.js';
import { torchvisionConvolutions } from '../stylize/networks/torchvision.js';
import { type Blocks, vgg16Blocks, vgg19Blocks } from '../stylize/networks/vgg/vgg.js';

/** A file on a publisher's server. */
export interface PublishedFile {
  readonly url: string;
  /** Its size in bytes and its SHA-256, where they are known. */
  readonly sizeBytes?: number;
  readonly sha256?: string;
}

/** The origin of weights, by which the right preprocessing is known. */
export interface Origin {
  readonly name: string;
  readonly preprocess: 'rgb-imagenet' | 'bgr-255-caffe';
  /** The first nine elements of `features.0.weight`, rounded to four decimals, where they are known. */
  readonly firstFilter?: readonly number[];
}

/** A tensor in a file. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

interface StoredFilter {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly edge: number;
}

const tensorsOf = (convolutions: readonly StoredFilter[]): NamedShape[] =>
  convolutions.flatMap(({ name, inputs, outputs, edge }) => [
    { name: `${name}.weight`, shape: [outputs, inputs, edge, edge] },
    { name: `${name}.bias`, shape: [outputs] },
  ]);

/** The convolutions of a VGG network under torchvision's names, in order from the input. */
export const vggTensors = (blocks: Blocks): NamedShape[] =>
  tensorsOf(torchvisionConvolutions(blocks).map((convolution) => ({ ...convolution, edge: 3 })));

/** The weights of one network. */
export interface PublishedWeights {
  readonly title: string;
  readonly tensors: readonly NamedShape[];
  /** Whether to read whole files: nothing but their digest tells whether they are right. */
  readonly isWhole?: boolean;
  /** The license of the published files. */
  readonly license: string;
  /** In the order in which they are tried. All hold the same weights. */
  readonly files: readonly PublishedFile[];
  /** Known origins. The first one is that of the published files. */
  readonly origins: readonly Origin[];
}

const license = 'BSD-3-Clause (torchvision)';

/** The published weights by name of the network. To add one, add it here. */
export const publishedWeights: Readonly<Record<string, PublishedWeights>> = {
  vgg19: {
    title: 'VGG-19',
    tensors: vggTensors(vgg19Blocks),
    license,
    files: [
      { url: 'https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors' },
      {
        url: 'https://download.pytorch.org/models/vgg19-dcbb9e9d.pth',
        sizeBytes: 574_673_361,
        sha256: 'dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44',
      },
    ],
    origins: [
      {
        name: 'torchvision',
        preprocess: 'rgb-imagenet',
        firstFilter: [-0.0535, -0.0493, -0.0679, 0.0153, 0.0451, 0.0021, 0.0362, 0.02, 0.0199],
      },
      {
        name: 'Caffe (Simonyan & Zisserman 2014)',
        preprocess: 'bgr-255-caffe',
        firstFilter: [0.3413, 0.3401, -0.0448, 0.2322, 0.0898, -0.3032, -0.0726, -0.2467, -0.3369],
      },
    ],
  },
  vgg16: {
    title: 'VGG-16',
    tensors: vggTensors(vgg16Blocks),
    license,
    files: [
      { url: 'https://huggingface.co/timm/vgg16.tv_in1k/resolve/main/model.safetensors' },
      {
        url: 'https://download.pytorch.org/models/vgg16-397923af.pth',
        sizeBytes: 553_433_881,
        sha256: '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0',
      },
    ],
    origins: [
      {
        name: 'torchvision',
        preprocess: 'rgb-imagenet',
        firstFilter: [-0.5537, 0.1427, 0.529, -0.5831, 0.3566, 0.7657, -0.6902, -0.048, 0.4841],
      },
    ],
  },
  squeezenet1_1: {
    title: 'SqueezeNet 1.1',
    tensors: tensorsOf(squeezenetConvolutions),
    license,
    isWhole: true,
    files: [
      {
        url: 'https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth',
        sha256: 'b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b',
      },
    ],
    origins: [{ name: 'torchvision', preprocess: 'rgb-imagenet' }],
  },
};
