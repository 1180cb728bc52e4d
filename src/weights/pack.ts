/** Reads the convolutions of a network and writes them as a file of their own. @module */

import { dirname } from 'node:path';
import { publishFile, type PublishedFile as Stored } from '../files/publish.js';
import { toFloat32 } from '../files/safetensors/read.js';
import { type ArrayOfShape, safetensorsBytes } from '../files/safetensors/write.js';
import type { NeededTensor } from './convolutions.js';
import type { ByteSource } from './tensors/byte-source.js';
import { damaged } from './tensors/pytorch/pickle.js';

/** Reads tensors in single precision. @throws `weights-invalid` if the file ends early */
export async function readTensors(
  source: ByteSource,
  needed: readonly NeededTensor[],
): Promise<Record<string, ArrayOfShape>> {
  const tensors: Record<string, ArrayOfShape> = {};
  for (const { name, shape, place } of needed) {
    const bytes = await source.read(place.offset, place.lengthBytes);
    if (bytes.length !== place.lengthBytes) throw damaged(`it ends in the middle of ${name}`);
    tensors[name] = { data: toFloat32(place.dtype, bytes), shape };
  }
  return tensors;
}

export interface PackOptions {
  readonly network: string;
  readonly preprocess: string;
  readonly half: boolean;
}

/**
 * Publishes tensors as a safetensors file. The bytes depend on the values and options alone, not on the file that they come
 * from.
 * @throws `disk-full`, `output-unwritable`
 */
export function publishTensors(
  path: string,
  tensors: Readonly<Record<string, ArrayOfShape>>,
  { network, preprocess, half }: PackOptions,
): Promise<Stored> {
  const bytes = safetensorsBytes(tensors, {
    dtype: half ? 'F16' : 'F32',
    metadata: { architecture: network, preprocess },
  });
  return publishFile(path, bytes, { temporaryFolder: dirname(path) });
}
