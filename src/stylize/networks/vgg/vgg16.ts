/** VGG-16 trained on ImageNet (Simonyan & Zisserman 2014): three layers fewer than VGG-19. STROTSS and NNST use it. @module */
import { torchvisionVgg } from './torchvision-vgg.js';
import { vgg16Blocks } from './vgg.js';
import { vggDefaults } from './vgg19.js';

export const vgg16 = torchvisionVgg({
  name: 'vgg16',
  title: 'VGG-16',
  blocks: vgg16Blocks,
  defaults: vggDefaults,
});
