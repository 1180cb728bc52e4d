/** The weights that are part of the package. @module */
import { fileURLToPath } from 'node:url';
import { packageFile } from '../package-file.js';
import { compactShapes, packagedCompactFile } from '../stylize/networks/compact.js';
import type { NeededTensor } from './convolutions.js';
import type { TensorFile } from './tensors/tensor-file.js';

/** Weights in the package. */
export interface PackagedWeights {
  readonly license: string;
  /** Relative to the package's root. */
  readonly file: string;
}

/** The packaged weights by name of the network. */
export const packagedWeights: Readonly<Record<string, PackagedWeights>> = {
  compact: { license: 'CC BY 4.0 (weights/README.md has the attribution)', file: packagedCompactFile },
};

/** Returns the path of the packaged weights of a network; undefined if there are none. */
export function packagedWeightsPath(network: string): string | undefined {
  const packaged = Object.hasOwn(packagedWeights, network) ? packagedWeights[network] : undefined;
  const url = packaged && packageFile(packaged.file);
  return url && fileURLToPath(url);
}

/** Returns the tensors of `compact` in a file; undefined if one is missing or has another shape. */
export function compactTensorsIn(file: TensorFile): NeededTensor[] | undefined {
  const needed: NeededTensor[] = [];
  for (const [name, shape] of Object.entries(compactShapes())) {
    const place = file.tensors.get(name);
    if (place?.shape.join() !== shape.join()) return undefined;
    needed.push({ name, shape, place });
  }
  return needed;
}
