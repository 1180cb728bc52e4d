/** Runs the training step of `train.py` in PyTorch, one step at a time. @module */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HostTensor } from '../../src/engine/index.js';
import { repositoryRoot } from '../docs/repository.js';

/** How PyTorch stores images: channels first, as it does by default, or channels last, which is faster. */
export type MemoryFormat = 'contiguous' | 'channelsLast';

/** PyTorch in a process of its own. */
export interface Torch {
  readonly version: string;
  /** Time and processor time of a step, and its loss. */
  step(
    format: MemoryFormat,
  ): Promise<{ readonly ms: number; readonly loss: number; readonly processorMs: number }>;
  close(): Promise<void>;
}

/**
 * Starts PyTorch.
 * @param tensors the parameters in order, then images and labels
 * @returns undefined if that Python has no PyTorch
 */
export async function openTorch(
  python: string,
  threads: number,
  tensors: readonly HostTensor[],
): Promise<Torch | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-torch-'));
  const file = join(folder, 'numbers');
  await writeFile(
    file,
    Buffer.concat(tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
  );
  const script = join(repositoryRoot, 'scripts', 'bench', 'train.py');
  const shapes = JSON.stringify(tensors.map(({ shape }) => shape));
  const child = spawn(python, [script, `${threads}`, file, shapes], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    child.stdin.end();
    await rm(folder, { recursive: true, force: true });
  };
  const version = await lines.next();
  if (version.done) {
    await close();
    return undefined;
  }
  return {
    version: version.value,
    close,
    async step(format) {
      child.stdin.write(`${format}\n`);
      const { value = '' } = await lines.next();
      const [ms, loss, processorMs] = String(value).split(' ').map(Number);
      return { ms, loss, processorMs };
    },
  };
}
