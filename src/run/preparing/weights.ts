/** Finds weights files and loads them once per process. @module */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { orAuto } from '../../auto.js';
import type { WeightSet } from '../../engine/engine.js';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import type { Recipe } from '../../methods/recipe.js';
import { defaultNetwork, type NetworkName, networkNames, networks } from '../../stylize/networks/index.js';
import { cachedWeightsFile } from '../../weights/cache.js';
import { fetchCommand } from '../../weights/list.js';
import { publishedWeights } from '../../weights/published.js';

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
    const file = this.files[name];
    if (!file) {
      if (network.needsWeights) throw missingWeights(name);
      return network.loadWeights();
    }
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

/** Whose the weights of a network are. */
export interface WeightsRights {
  readonly network: NetworkName;
  /** sha256 of the weights, as in records. */
  readonly weights: string;
  /** Whether anything was learned; the weights of random networks are drawn. */
  readonly isTrained: boolean;
  /** Null if neither the file nor its publisher says so. */
  readonly license: string | null;
  readonly attribution: string | null;
}

/**
 * Returns the license of weights: what their file says or, for a file that `weights fetch` got, what its publisher does.
 * @param file undefined for weights of the package
 */
export function rightsOfWeights(
  network: NetworkName,
  { digest, metadata = {} }: WeightSet,
  file: string | undefined,
): WeightsRights {
  const isFetched = file === cachedWeightsFile(network) && metadata.preprocess === 'rgb-imagenet';
  const published = isFetched && Object.hasOwn(publishedWeights, network) && publishedWeights[network];
  const license = metadata.license ?? metadata.licence ?? (published ? published.license : null);
  const { takesWeights: isTrained } = networks[network];
  return { network, weights: digest, isTrained, license, attribution: metadata.attribution ?? null };
}

/** Weights files in a job: one file, or one per network. */
export type NamedWeights = string | Readonly<Partial<Record<NetworkName, string>>>;

/**
 * Finds the weights file of each network: the given file, or else, if the network needs one, that in the cache folder.
 * @param named the value of `--weights` or `run.weights`; a single file is for the network in use that needs one
 * @param possible the networks in use; default: all
 * @throws `weights-missing` if a given file does not exist, even if no network needs it; `option-invalid` if a single file
 *   is given and several networks need one or none does, or a file is given for a network that takes none
 */
export function findWeights(
  named: NamedWeights | undefined,
  possible: readonly NetworkName[] = networkNames,
): Partial<Record<NetworkName, string>> {
  const files = typeof named === 'string' ? [named] : Object.values(named ?? {});
  for (const file of files) if (!existsSync(file)) throw unreadableWeights(file, 'it does not exist');
  const byNetwork = typeof named === 'string' ? ofOneNetwork(named, possible) : (named ?? {});
  const found: Partial<Record<NetworkName, string>> = {};
  for (const name of networkNames) {
    const { needsWeights, takesWeights } = networks[name];
    if (byNetwork[name] && !takesWeights) {
      throw new WildstyleError('option-invalid', `The network ${name} takes no weights file.`);
    }
    const cached = needsWeights ? cachedWeightsFile(name) : undefined;
    const file = byNetwork[name] ?? (cached && existsSync(cached) ? cached : undefined);
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
  if (needing.length === 0) {
    const message = `The weights file ${file} would be ignored: no network in use (${possible.join(', ')}) reads weights.`;
    throw new WildstyleError('option-invalid', message, {
      cure: 'Set network: vgg19, name the network (compact=FILE), or give no weights.',
    });
  }
  return { [needing[0]]: file };
}

/** Resolves `auto`. */
export function resolveNetwork(network: Recipe['network']): NetworkName {
  return orAuto(network, () => defaultNetwork);
}
