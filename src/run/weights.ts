/** Finds weights files and loads them once per process. @module */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { orAuto } from '../auto.js';
import type { WeightSet } from '../engine/engine.js';
import { asWildstyleError, WildstyleError } from '../errors.js';
import type { Recipe } from '../methods/recipe.js';
import { defaultNetwork, type NetworkName, networkNames, networks } from '../stylize/networks/index.js';
import { cachedWeightsFile } from '../weights/cache.js';
import { fetchCommand } from '../weights/list.js';

/** The weights of the networks, loaded on first use. */
export class WeightStore {
  readonly #loaded = new Map<NetworkName, Promise<WeightSet>>();

  constructor(private readonly files: Readonly<Record<string, string>>) {}

  /**
   * Returns the weights of a network.
   * @throws `weights-missing` if a network needs a file and none is known; `weights-invalid` if the file is invalid
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
    cure: 'Set --weights or run.weights to an existing file.',
  });
}

function missingWeights(name: string): WildstyleError {
  return new WildstyleError('weights-missing', `No weights found for the network ${name}.`, {
    cure: `Get them once: ${fetchCommand(name)}. Or set --weights or run.weights to a safetensors file, or use network: compact.`,
  });
}

/** Weights files in a job: one file, or one per network. */
export type NamedWeights = string | Readonly<Partial<Record<NetworkName, string>>>;

/**
 * Finds the weights file of each network: the given file, or else the one in the cache folder.
 * @param named the value of `--weights` or `run.weights`; a single file is for the network in use that needs one
 * @param possible the networks in use; default: all
 * @throws `weights-missing` if a given file does not exist, even if no network needs it; `option-invalid` if a single file
 *   is given and several networks need one
 */
export function findWeights(
  named: NamedWeights | undefined,
  possible: readonly NetworkName[] = networkNames,
): Partial<Record<NetworkName, string>> {
  const byNetwork = typeof named === 'string' ? ofOneNetwork(named, possible) : (named ?? {});
  const files = typeof named === 'string' ? [named] : Object.values(byNetwork);
  for (const file of files) if (!existsSync(file)) throw unreadableWeights(file, 'it does not exist');
  const found: Partial<Record<NetworkName, string>> = {};
  for (const name of networkNames.filter((network) => networks[network].needsWeights)) {
    const cached = cachedWeightsFile(name);
    const file = byNetwork[name] ?? (existsSync(cached) ? cached : undefined);
    if (file) found[name] = file;
  }
  return found;
}

function ofOneNetwork(
  file: string,
  possible: readonly NetworkName[],
): Readonly<Partial<Record<NetworkName, string>>> {
  const needing = possible.filter((name) => networks[name].needsWeights);
  if (needing.length > 1) {
    const message = `A single weights file (${file}) is given for several networks: ${needing.join(', ')}.`;
    throw new WildstyleError('option-invalid', message, { cure: 'Give one per network: network=file.' });
  }
  return needing.length === 1 ? { [needing[0]]: file } : {};
}

/** Resolves `auto`. */
export function resolveNetwork(network: Recipe['network']): NetworkName {
  return orAuto(network, () => defaultNetwork);
}
