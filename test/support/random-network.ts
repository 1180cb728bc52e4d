/** Random weights in the place of published ones, for tests that need no trained network. @module */
import { safetensorsBytes } from '../../src/files/safetensors/write.js';
import type { NetworkName } from '../../src/stylize/networks/index.js';
import { publishedWeights } from '../../src/weights/published.js';
import { randomTensor } from '../engine/support.js';

/** Uniform numbers with a deviation of one. Networks with millions of weights use them again. */
const drawn = randomTensor([65_521], 1).data.map((value) => Math.sqrt(3) * value);

/** A file with the tensors of a network: filters that keep the size of features (He et al. 2015), and small biases. */
export function randomNetworkFile(name: NetworkName): Uint8Array {
  const tensors = publishedWeights[name].tensors.map(({ name: tensor, shape }) => {
    const size = shape.reduce((a, b) => a * b);
    const deviation = shape.length === 1 ? 0.05 : Math.sqrt((2 * shape[0]) / size);
    const data = Float32Array.from({ length: size }, (_, i) => deviation * drawn[i % drawn.length]);
    return [tensor, { data, shape }];
  });
  return safetensorsBytes(Object.fromEntries(tensors), { dtype: 'F16' });
}
