/** The names that torchvision gives to the convolutions of VGG networks. @module */
import { type Blocks, type Convolution, convolutionsOf } from './vgg/vgg.js';

/** A convolution in a file with torchvision's names. */
export interface NamedConvolution extends Convolution {
  /** The name in the file, without `.weight` and `.bias`: `features.0`. ReLU and pooling layers count, too. */
  readonly name: string;
}

/** The convolutions of a network in order from the input, with their names in the file. */
export function torchvisionConvolutions(blocks: Blocks): NamedConvolution[] {
  return convolutionsOf(blocks).map((convolution) => ({
    ...convolution,
    name: `features.${convolution.index}`,
  }));
}
