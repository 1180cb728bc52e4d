/** Finds weights files, and loads them once a process. @module */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightSet } from '../engine/engine.js';
import { asWildstyleError, WildstyleError } from '../errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { type NetworkName, networks } from '../stylize/networks/index.js';
import type { Recipe } from '../stylize/recipe.js';

/** Weights of networks, read when first asked for. */
export class WeightStore {
  readonly #loaded = new Map<NetworkName, Promise<WeightSet>>();

  constructor(private readonly files: Readonly<Record<string, string>>) {}

  /**
   * A network's weights.
   * @throws `weights-missing` when no file is known for a network that needs one, `weights-invalid` when it is bad
   */
  get(name: NetworkName): Promise<WeightSet> {
    let loading = this.#loaded.get(name);
    if (!loading) {
      loading = this.#load(name);
      this.#loaded.set(name, loading);
    }
    return loading;
  }

  async #load(name: NetworkName): Promise<WeightSet> {
    const network = networks[name];
    if (!network.needsWeights) return network.loadWeights();
    const file = this.files[name];
    if (!file) throw missingWeights(name);
    const bytes = await readFile(file).catch((cause) => {
      throw unreadableWeights(file, cause.message);
    });
    return network.loadWeights(bytes).catch((error: unknown) => {
      const { code, message, cure } = asWildstyleError(error);
      throw new WildstyleError(code, `${file}: ${message}`, { cause: error, ...(cure && { cure }) });
    });
  }
}

function unreadableWeights(file: string, reason: string): WildstyleError {
  return new WildstyleError('weights-missing', `The weights file ${file} cannot be read: ${reason}`, {
    cure: 'Name an existing file with --weights or run.weights.',
  });
}

function missingWeights(name: string): WildstyleError {
  return new WildstyleError('weights-missing', `No weights were found for the network ${name}.`, {
    cure: `Name a safetensors file with --weights or run.weights, put one at ${cachedWeightsFile(name)}, or use network: random.`,
  });
}

function cachedWeightsFile(name: string): string {
  return join(cacheFolder(), 'weights', `${name}.safetensors`);
}

/**
 * Where the weights of each network lie: the file named, else the one in the cache folder.
 * @param named from `--weights` or `run.weights`; it is VGG-19's, the one network that needs a file
 * @throws `weights-missing` when the file named does not exist, also where no network needs it
 */
export function findWeights(named: string | undefined): Record<string, string> {
  if (named && !existsSync(named)) throw unreadableWeights(named, 'there is no such file');
  const found: Record<string, string> = {};
  for (const [name, { needsWeights }] of Object.entries(networks)) {
    const file = named ?? cachedWeightsFile(name);
    if (needsWeights && (named || existsSync(file))) found[name] = file;
  }
  return found;
}

/** The network that `auto` stands for: vgg19 where its weights are, else random. */
export function resolveNetwork(
  network: Recipe['network'],
  files: Readonly<Record<string, string>>,
): NetworkName {
  if (network !== 'auto') return network;
  return files.vgg19 ? 'vgg19' : 'random';
}
