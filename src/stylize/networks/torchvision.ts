/** The names and shapes that torchvision gives to the convolutions of VGG networks. @module */
import { type Blocks, channelsOf, vggLayers } from './vgg.js';

/** A convolution in a file with torchvision's names. */
export interface NamedConvolution {
  /** The layer in this project: `conv1_1`. */
  readonly layer: string;
  /** The name in the file, without `.weight` and `.bias`: `features.0`. ReLU and pooling layers count, too. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolutions of a network in order from the input. The first one has three input channels. */
export function torchvisionConvolutions(blocks: Blocks): NamedConvolution[] {
  const found: NamedConvolution[] = [];
  vggLayers(blocks).forEach((layer, index) => {
    if (!layer.startsWith('conv')) return;
    const inputs = found.at(-1)?.outputs ?? 3;
    found.push({ layer, name: `features.${index}`, inputs, outputs: channelsOf(blocks, layer) });
  });
  return found;
}
