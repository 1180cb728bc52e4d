/** VGG networks with torchvision's weights. @module */
import { WildstyleError } from '../../../errors.js';
import { loadImagenetWeights, preprocessed } from '../imagenet-weights.js';
import type { Network, NetworkDefaults } from '../network.js';
import { torchvisionConvolutions } from '../torchvision.js';
import { type Blocks, replicatingConvolution, vggFeatures, vggLayers, vggShapeAt } from './vgg.js';

export interface TorchvisionVgg {
  readonly name: string;
  /** `VGG-19` */
  readonly title: string;
  readonly blocks: Blocks;
  readonly defaults: NetworkDefaults;
}

/** Makes a VGG network that reads its weights from a file. */
export function torchvisionVgg({ name, title, blocks, defaults }: TorchvisionVgg): Network {
  const convolutions = torchvisionConvolutions(blocks).map((convolution) => ({ ...convolution, edge: 3 }));
  return {
    layers: vggLayers(blocks),
    defaults,
    minimumSizePx: 32,
    needsWeights: true,
    takesWeights: true,
    async loadWeights(file) {
      if (!file) throw new WildstyleError('weights-missing', `${name} needs a weights file.`);
      return loadImagenetWeights(file, { title, convolutions });
    },
    shapeAt: (layer, image) => vggShapeAt(blocks, layer, image),
    features: (image, weights, layers, pooling, padding) =>
      vggFeatures(preprocessed(image, weights), blocks, layers, pooling, {
        convolution: replicatingConvolution(weights, padding),
      }),
  };
}
