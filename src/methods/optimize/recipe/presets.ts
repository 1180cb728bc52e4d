/**
 * Presets: named recipes that a job extends. What the job sets itself comes first, then the preset, then the defaults. A
 * preset may hold distributions.
 * @module
 */
import { caffeUnit } from '../../../stylize/networks/units.js';

/** A named recipe. */
export interface Preset {
  /** What it is for, for the docs. */
  readonly describe: string;
  /** As in a job. */
  readonly recipe: Readonly<Record<string, unknown>>;
}

const vgg19Channels = { relu1_1: 64, relu2_1: 128, relu3_1: 256, relu4_1: 512, relu5_1: 512 };

/** Weights of VGG-19's style layers that are divided by the squared number of channels. */
const overSquaredChannels = (weight: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(vgg19Channels).map(([layer, channels]) => [layer, weight / channels ** 2]),
  );

/**
 * The weight of a Gram loss beside a content loss in codes that use Caffe's network, whose features are larger: content losses
 * grow with their square, Gram losses with the fourth power.
 */
const besideContent = (weight: number): number => weight * caffeUnit ** 2;

/** The ReLUs of VGG-16, in order. */
const vgg16Layers = [2, 2, 3, 3, 3].flatMap((count, block) =>
  Array.from({ length: count }, (_, i) => `relu${block + 1}_${i + 1}`),
);
/** Those that STROTSS reads. */
const strotssLayers = vgg16Layers.filter((layer) => !/^relu(4_[12]|5_[12])$/.test(layer));
/** The weight of the content at the last of four sizes: 16, halved at each. The palette keeps the weight of the last. */
const strotssAlpha = 2;
/**
 * The published images were made before the code divided its input by the deviation of ImageNet's colors, with features a quarter
 * as large, and covariances grow with their square. With 1, little is left of the content.
 */
const strotssMoments = 1 / 16;

export const presets = {
  augment: {
    describe: 'Training sets: the default recipe, with a strength and a size of the style for each image',
    recipe: {
      style: { strength: { logUniform: [10, 50] }, scale: { choice: [0.5, 1, 1.5] } },
    },
  },
  painting: {
    describe: 'Pictures to look at: three sizes, and a little of the motifs of `relu5_1`',
    recipe: {
      style: { layers: { relu1_1: 0.24, relu2_1: 0.24, relu3_1: 0.24, relu4_1: 0.24, relu5_1: 0.04 } },
      stages: [
        { scale: 0.25, steps: 60 },
        { scale: 0.5, steps: 60 },
      ],
    },
  },
  fast: {
    describe: 'Previews: shallow layers and a third of the work',
    recipe: {
      content: { layers: ['relu3_1'] },
      style: { layers: ['relu1_1', 'relu2_1', 'relu3_1'] },
      stages: [{ scale: 0.5, steps: 40 }],
      steps: 15,
    },
  },
  gatys2015: {
    describe: 'The objective of leongatys/PytorchNeuralStyleTransfer: 512 px, 500 steps at one size',
    recipe: {
      network: 'vgg19',
      pooling: 'max',
      padding: 'zeros',
      size: 512,
      weighting: 'absolute',
      content: { layers: { relu4_2: 1 }, weight: 1 },
      style: { layers: overSquaredChannels(1e3), weight: besideContent(1) },
      optimizer: 'lbfgs',
      history: 100,
      steps: 500,
      stages: [],
    },
  },
  'neural-style': {
    describe:
      'The objective of jcjohnson/neural-style without its total variation: from noise, 512 px, 1000 steps at one size',
    recipe: {
      network: 'vgg19',
      pooling: 'max',
      padding: 'zeros',
      size: 512,
      weighting: 'absolute',
      init: 'noise',
      content: { layers: { relu4_2: 1 }, weight: 5 },
      style: { layers: overSquaredChannels(1), weight: besideContent(100) },
      totalVariation: 0,
      optimizer: 'lbfgs',
      history: 100,
      steps: 1000,
      stages: [],
    },
  },
  crowsonkb: {
    describe:
      'The objective and schedule of crowsonkb/style-transfer-pytorch: five sizes up to 512 px, Gaussian Wasserstein distance, Adam with an average',
    recipe: {
      network: 'vgg19',
      pooling: 'max',
      padding: 'first',
      size: 512,
      weighting: 'absolute',
      content: { layers: { relu4_2: 1 }, weight: 0.015 },
      style: {
        loss: 'wasserstein',
        layers: {
          relu1_1: 256 / 341,
          relu2_1: 64 / 341,
          relu3_1: 16 / 341,
          relu4_1: 4 / 341,
          relu5_1: 1 / 341,
        },
        weight: 1,
      },
      // Theirs has diagonal differences, too; on smooth images the two are equal.
      totalVariation: 2,
      optimizer: 'adam',
      learningRate: 0.02,
      average: 0.99,
      steps: 500,
      stages: [
        { scale: 0.25, steps: 1000 },
        { scale: Math.SQRT1_2 / 2, steps: 500 },
        { scale: 0.5, steps: 500 },
        { scale: Math.SQRT1_2, steps: 500 },
      ],
    },
  },
  strotss: {
    describe:
      "The objective and schedule of STROTSS: VGG-16 hypercolumns, relaxed earth mover's distance, a Laplacian pyramid, four sizes up to 512 px",
    recipe: {
      network: 'vgg16',
      pooling: 'max',
      padding: 'zeros',
      size: 512,
      weighting: 'absolute',
      content: {
        loss: { selfSimilarity: { columns: 'plain' } },
        layers: strotssLayers,
        weight: strotssAlpha / (strotssAlpha + 2),
      },
      style: {
        loss: { relaxedEmd: { columns: 'plain', moments: strotssMoments, palette: 1 / strotssAlpha } },
        layers: strotssLayers,
        weight: (1 + strotssMoments + 1 / strotssAlpha) / (strotssAlpha + 2),
      },
      totalVariation: 0,
      parametrization: 'laplacian',
      optimizer: 'rmsprop',
      learningRate: 0.001,
      decay: 'none',
      steps: 250,
      stages: [0.125, 0.25, 0.5].map((scale) => ({
        scale,
        steps: 250,
        learningRate: 0.002,
        contentWeight: 1 / scale,
      })),
    },
  },
  nnst: {
    describe:
      'After NNST: VGG-16 features of the nearest neighbors in the style, a Laplacian pyramid, four sizes up to 512 px',
    recipe: {
      network: 'vgg16',
      pooling: 'max',
      padding: 'zeros',
      size: 512,
      content: { weight: 0 },
      style: {
        loss: { nearestNeighbor: { partners: 'content' } },
        layers: vgg16Layers.slice(0, 10),
      },
      totalVariation: 0,
      parametrization: 'laplacian',
      optimizer: 'adam',
      learningRate: 0.002,
      decay: 'none',
      steps: 200,
      stages: [0.125, 0.25, 0.5].map((scale) => ({ scale, steps: 200 })),
    },
  },
  texture: {
    describe: 'Textures without content: sliced Wasserstein distance in fourteen layers (Heitz et al. 2021)',
    recipe: {
      network: 'vgg19',
      pooling: 'average',
      init: 'noise',
      content: { weight: 0 },
      style: {
        loss: { slicedWasserstein: { directions: 512 } },
        layers: [
          'relu1_1',
          'relu1_2',
          'relu2_1',
          'relu2_2',
          'relu3_1',
          'relu3_2',
          'relu3_3',
          'relu3_4',
        ].concat(['relu4_1', 'relu4_2', 'relu4_3', 'relu4_4', 'relu5_1', 'relu5_2']),
      },
      totalVariation: 0,
      optimizer: 'lbfgs',
      steps: 640,
      stages: [{ scale: 0.5, steps: 320 }],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
