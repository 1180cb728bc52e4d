/**
 * A narrow VGG distilled from VGG-19: its features and image gradients stand in for VGG-19's in content and style losses
 * at a fraction of the cost. The weights are part of the package; `weights/README.md` says how they were made.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { HostTensor, Shape, WeightSet } from '../../engine/engine.js';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { openSafetensors } from '../../files/safetensors/read.js';
import { packageFile } from '../../package-file.js';
import type { Network } from './network.js';
import { caffeUnit } from './units.js';
import {
  type Blocks,
  convolutionsOf,
  replicatingConvolution,
  vggFeatures,
  vggLayers,
  vggShapeAt,
} from './vgg/vgg.js';

/** Output channels of each convolution in each block. Layers have VGG's names where it has such a layer. */
export const compactBlocks: Blocks = [[32], [48, 48], [64, 64], [128, 128], [128]];

/** The file that is part of the package. */
export const packagedCompactFile = 'weights/compact.safetensors';

export const compact: Network = {
  layers: vggLayers(compactBlocks),
  defaults: {
    // Errors of a narrow network's gradient differ from layer to layer: their mean is closer to VGG-19's relu4_2.
    contentLayers: { relu2_1: 0.5, relu3_1: 1, relu4_1: 1, relu4_2: 1.5 },
    // The pooled layer serves as well as relu1_1, at a quarter of the cost.
    styleLayers: ['pool1', 'relu2_1', 'relu3_1', 'relu4_1'],
    pooling: 'average',
    optimizer: 'lbfgs',
    // Damps a regular grain, which stays visible in smooth areas.
    totalVariation: 0.02,
    coarseStage: true,
    smoothing: false,
  },
  minimumSizePx: 32,
  needsWeights: false,
  takesWeights: true,

  loadWeights: async (file) => (file ? weightsOf(file) : packagedCompact()),

  shapeAt: (layer, image) => vggShapeAt(compactBlocks, layer, image),

  features: (image, weights, layers, pooling, padding) =>
    vggFeatures(image, compactBlocks, layers, pooling, {
      convolution: replicatingConvolution(weights, padding),
    }),
};

/**
 * Loads the weights of the package.
 * @param url the file; undefined if the package lacks it
 * @throws `weights-missing`, `weights-invalid` with the path of the file
 */
export async function packagedCompact(url = packageFile(packagedCompactFile)): Promise<WeightSet> {
  const cure = 'Install the package again.';
  if (!url) {
    throw new WildstyleError('weights-missing', `The package lacks its file ${packagedCompactFile}.`, {
      cure,
    });
  }
  const path = fileURLToPath(url);
  const bytes = await readFile(path).catch((cause) => {
    const message = `The package's file ${path} cannot be read: ${cause.message}`;
    throw new WildstyleError('weights-missing', message, { cause, cure });
  });
  try {
    return weightsOf(bytes);
  } catch (error) {
    const { code, message } = asWildstyleError(error);
    throw new WildstyleError(code, `${path}: ${message}`, { cause: error, cure });
  }
}

/** The shape of each tensor: weights `[3, 3, inputs, outputs]`, biases `[outputs]`. */
export function compactShapes(): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  for (const { layer, inputs, outputs } of convolutionsOf(compactBlocks)) {
    shapes[`${layer}.weight`] = [3, 3, inputs, outputs];
    shapes[`${layer}.bias`] = [outputs];
  }
  return shapes;
}

/** @throws `weights-invalid` if the file does not hold this network */
function weightsOf(bytes: Uint8Array): WeightSet {
  const { shapes, read, metadata } = openSafetensors(bytes);
  const tensors: Record<string, HostTensor> = {};
  for (const [name, shape] of Object.entries(compactShapes())) {
    if (shapes[name]?.join() !== shape.join()) throw notCompact(name, shape, shapes[name]);
    const data = read(name);
    if (!data.every(Number.isFinite)) throw notCompact(name, shape, undefined);
    // Its teacher was Caffe's.
    const isScaled = name.startsWith('conv1_') || name.endsWith('.bias');
    tensors[name] = { data: isScaled ? data.map((value) => value / caffeUnit) : data, shape };
  }
  return { digest: sha256(bytes), tensors, metadata };
}

function notCompact(name: string, shape: Shape, found: Shape | undefined): WildstyleError {
  const what = found ? `is [${found}], not [${shape}]` : 'is missing or not finite';
  return new WildstyleError(
    'weights-invalid',
    `The weights file does not contain compact: tensor ${name} ${what}.`,
    {
      cure: 'Give a file made by scripts/distill, or no file for compact to use the weights of the package.',
    },
  );
}
