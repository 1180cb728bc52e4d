/** Peak memory of an optimization with each network, each in a process of its own. @module */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { workerOptions } from '../../../src/run/pool/worker-process.js';
import { type PerNetwork, perNetwork } from './contenders.js';

const child = fileURLToPath(new URL('memory-child.js', import.meta.url));

/**
 * Measures by how many MB (10^6 bytes) the resident memory of a process rises, at most, from before the step is compiled
 * to after some steps of one image.
 * @param weights file of VGG-19
 * @returns by size in pixels
 */
export async function benchMemory(
  weights: string,
  sizesPx: readonly number[],
): Promise<Record<string, PerNetwork<number>>> {
  const figures: Record<string, PerNetwork<number>> = {};
  for (const sizePx of sizesPx) {
    figures[sizePx] = await perNetwork(async (network) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...workerOptions,
        child,
        network,
        weights,
        `${sizePx}`,
      ]);
      return Number(stdout);
    });
  }
  return figures;
}
