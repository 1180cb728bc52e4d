/**
 * A narrow VGG distilled from VGG-19: its features and image gradients stand in for VGG-19's in content and style losses
 * at a fraction of the cost. The weights are part of the package; `weights/README.md` says how they were made.
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { HostTensor, Shape } from '../../engine/engine.js';
import { WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { openSafetensors } from '../../files/safetensors/read.js';
import { packageFile } from '../../package-file.js';
import type { Network } from './network.js';
import {
  type Blocks,
  channelsOf,
  replicatingConvolution,
  vggFeatures,
  vggLayers,
  vggShapeAt,
} from './vgg.js';

/** Output channels of each convolution in each block. Layers have VGG's names where it has such a layer. */
export const compactBlocks: Blocks = [[32], [48, 48], [64, 64], [128, 128], [128]];

/** The file that is part of the package. */
const packagedFile = 'weights/compact.safetensors';

export const compact: Network = {
  layers: vggLayers(compactBlocks),
  defaults: {
    contentLayers: ['relu4_2'],
    styleLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
    pooling: 'average',
    optimizer: 'lbfgs',
    totalVariation: 0,
    coarseStage: true,
  },
  minimumSizePx: 32,
  needsWeights: false,

  async loadWeights(file) {
    const bytes = file ?? (await packagedWeights());
    return { digest: sha256(bytes), tensors: tensorsOf(bytes) };
  },

  shapeAt: (layer, image) => vggShapeAt(compactBlocks, layer, image),

  features: (image, weights, layers, pooling) =>
    vggFeatures(image, compactBlocks, layers, pooling, { convolution: replicatingConvolution(weights) }),
};

/** Reads the file of the package. */
async function packagedWeights(): Promise<Uint8Array> {
  const url = packageFile(packagedFile);
  if (url) return readFile(url);
  throw new WildstyleError('weights-missing', `The package lacks its file ${packagedFile}.`, {
    cure: 'Install the package again.',
  });
}

/** @throws `weights-invalid` if the file does not hold this network */
function tensorsOf(bytes: Uint8Array): Record<string, HostTensor> {
  const { shapes, read } = openSafetensors(bytes);
  const tensors: Record<string, HostTensor> = {};
  let inputs = 3;
  for (const layer of vggLayers(compactBlocks).filter((name) => name.startsWith('conv'))) {
    const outputs = channelsOf(compactBlocks, layer);
    const expected = { weight: [3, 3, inputs, outputs], bias: [outputs] };
    for (const [part, shape] of Object.entries(expected)) {
      const name = `${layer}.${part}`;
      if (shapes[name]?.join() !== shape.join()) throw notCompact(name, shape, shapes[name]);
      const data = read(name);
      if (!data.every(Number.isFinite)) throw notCompact(name, shape, undefined);
      tensors[name] = { data, shape };
    }
    inputs = outputs;
  }
  return tensors;
}

function notCompact(name: string, shape: Shape, found: Shape | undefined): WildstyleError {
  const what = found ? `is [${found}], not [${shape}]` : 'is missing or not finite';
  return new WildstyleError(
    'weights-invalid',
    `The weights file does not hold compact: tensor ${name} ${what}.`,
    {
      cure: 'Use the weights of the package: give no file for compact.',
    },
  );
}
