/** Weights for tests in the place of VGG-19's. @module */
import type { HostTensor } from '../../src/engine/index.js';
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import { channelsOf, vgg19Blocks, vggLayers } from '../../src/stylize/networks/vgg/vgg.js';
import { randomTensor } from '../engine/support.js';

/**
 * A file of a VGG-19 with random filters (He et al. 2015) and no biases.
 * @param last the last convolution that is read: zeros beyond it
 */
export function randomVgg19(last: string): Uint8Array {
  const tensors: Record<string, HostTensor> = {};
  let inputs = 3;
  for (const [index, layer] of vggLayers(vgg19Blocks).entries()) {
    if (!layer.startsWith('conv')) continue;
    const outputs = channelsOf(vgg19Blocks, layer);
    const shape = [outputs, inputs, 3, 3];
    const deviation = Math.sqrt(2 / (9 * inputs));
    const data =
      layer <= last
        ? randomTensor(shape, index).data.map((value) => value * deviation)
        : new Float32Array(9 * inputs * outputs);
    tensors[`features.${index}.weight`] = { data, shape };
    tensors[`features.${index}.bias`] = { data: new Float32Array(outputs), shape: [outputs] };
    inputs = outputs;
  }
  return safetensorsBytes(tensors, { dtype: 'F16' });
}
