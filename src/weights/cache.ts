/** Where weights are kept. @module */
import { join } from 'node:path';
import { cacheFolder } from '../files/cache-folder.js';

/** The folder of all weights, `weights` in the cache folder. */
export function weightsFolder(): string {
  return join(cacheFolder(), 'weights');
}

/** The file in which the weights of a network are looked for if none is named. */
export function cachedWeightsFile(network: string, folder = weightsFolder()): string {
  return join(folder, `${network}.safetensors`);
}
