/** Lists the networks and their weights. @module */
import { stat } from 'node:fs/promises';
import { networks } from '../stylize/networks/index.js';
import type { Network } from '../stylize/networks/network.js';
import { cachedWeightsFile } from './cache.js';
import { convolutionBytes } from './convolutions.js';
import { packagedWeights, packagedWeightsPath } from './packaged.js';
import { publishedWeights } from './published.js';

export interface ListedWeights {
  readonly network: string;
  /** `built-in`: the network needs no file, or its file is in the package. */
  readonly status: 'built-in' | 'present' | 'absent';
  /** Where the file is, or would be; null if there is none. */
  readonly file: string | null;
  /** The size of the file, or of what `fetch` would store. */
  readonly bytes: number | null;
  readonly license: string | null;
  /** The command that gets the file. */
  readonly command: string | null;
  /** False for published weights that no network of this version uses. */
  readonly isUsed: boolean;
}

/** Returns the networks in their order, then the published weights that belong to none of them. */
export async function listWeights(
  known: Readonly<Record<string, Pick<Network, 'needsWeights'>>> = networks,
): Promise<ListedWeights[]> {
  const others = Object.keys(publishedWeights).filter((name) => !Object.hasOwn(known, name));
  return Promise.all(
    [...Object.keys(known), ...others].map(async (name): Promise<ListedWeights> => {
      const isUsed = Object.hasOwn(known, name);
      if (isUsed && !known[name].needsWeights) return builtIn(name);
      const file = cachedWeightsFile(name);
      const found = await stat(file).catch(() => undefined);
      const published = Object.hasOwn(publishedWeights, name) ? publishedWeights[name] : undefined;
      return {
        network: name,
        status: found ? 'present' : 'absent',
        file,
        bytes: found?.size ?? (published ? convolutionBytes(published) : null),
        license: published?.license ?? null,
        command: published ? fetchCommand(name) : null,
        isUsed,
      };
    }),
  );
}

async function builtIn(network: string): Promise<ListedWeights> {
  const file = packagedWeightsPath(network) ?? null;
  return {
    network,
    status: 'built-in',
    file,
    bytes: file === null ? null : (await stat(file)).size,
    license: file === null ? null : packagedWeights[network].license,
    command: null,
    isUsed: true,
  };
}

/** The command that gets the weights of a network. */
export function fetchCommand(network: string): string {
  return `wildstyle weights fetch ${network}`;
}
