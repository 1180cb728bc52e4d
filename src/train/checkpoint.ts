/** Checkpoints: the whole state of a training in one safetensors file, exact to the bit. @module */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostTensor, Named } from '../engine/engine.js';
import { WildstyleError } from '../errors.js';
import { type PublishedFile, publishFile } from '../files/publish.js';
import { openSafetensors } from '../files/safetensors/read.js';
import { safetensorsBytes } from '../files/safetensors/write.js';
import { grouped, groupOf } from './groups.js';
import type { TrainingState } from './task.js';

const momentsPrefix = 'moments.';

/**
 * Writes a checkpoint. The file appears complete or not at all; an earlier one is replaced.
 * @throws `disk-full`, `output-unwritable`
 */
export function writeCheckpoint(path: string, state: TrainingState): Promise<PublishedFile> {
  const { step, parameters, buffers, moments } = state;
  const tensors: Named<HostTensor> = Object.assign(
    grouped('parameters', parameters),
    grouped('buffers', buffers),
    ...Object.entries(moments).map(([name, values]) => grouped(`${momentsPrefix}${name}`, values)),
  );
  const metadata = { step: `${step}`, moments: Object.keys(moments).join() };
  return publishFile(path, safetensorsBytes(tensors, { metadata }), { temporaryFolder: dirname(path) });
}

/**
 * Reads a checkpoint.
 * @returns undefined if the file does not exist
 * @throws `weights-invalid` if it is not a checkpoint
 */
export async function readCheckpoint(path: string): Promise<TrainingState | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const { metadata, shapes, read } = openSafetensors(bytes);
  const step = Number(metadata.step);
  if (!Number.isSafeInteger(step) || step < 0 || typeof metadata.moments !== 'string') {
    throw new WildstyleError('weights-invalid', `${path} is not a checkpoint: it does not say its step.`, {
      cure: 'Give the file that the training wrote, or none to start over.',
    });
  }
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]): [string, HostTensor] => [name, { data: read(name), shape }]),
  );
  const names = metadata.moments.split(',').filter((name) => name !== '');
  return {
    step,
    parameters: groupOf('parameters', tensors),
    buffers: groupOf('buffers', tensors),
    moments: Object.fromEntries(names.map((name) => [name, groupOf(`${momentsPrefix}${name}`, tensors)])),
  };
}
