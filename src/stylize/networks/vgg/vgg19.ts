/** VGG-19 trained on ImageNet (Simonyan & Zisserman 2014), the standard network for style transfer. @module */
import type { NetworkDefaults } from '../network.js';
import { torchvisionVgg } from './torchvision-vgg.js';
import { vgg19Blocks } from './vgg.js';

/** The defaults of networks whose layers are those of VGG. */
export const vggDefaults: NetworkDefaults = {
  contentLayers: { relu4_2: 1 },
  styleLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
  pooling: 'max',
  optimizer: 'lbfgs',
  totalVariation: 0,
  coarseStage: true,
  smoothing: false,
};

export const vgg19 = torchvisionVgg({
  name: 'vgg19',
  title: 'VGG-19',
  blocks: vgg19Blocks,
  defaults: vggDefaults,
});
