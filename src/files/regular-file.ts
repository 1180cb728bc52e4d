/** Opens files that others may have replaced by something else: a pipe, which would be waited for, or a device. @module */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Thrown for what is not a regular file. */
export class NotAFile extends Error {
  readonly code = 'ENOTFILE';

  constructor(path: string) {
    super(`${path} is not a regular file`);
  }
}

/**
 * Opens a regular file for reading. Does not wait for anything.
 * @throws `NotAFile`; the errors of `open`
 */
export async function openRegularFile(path: string): Promise<{ file: FileHandle; stats: Stats }> {
  // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new NotAFile(path);
    return { file, stats };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads a regular file. @throws `NotAFile`; the errors of `readFile` */
export async function readRegularFile(path: string): Promise<Buffer> {
  const { file } = await openRegularFile(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

const blockBytes = 1 << 18;

/** Yields a regular file in blocks. A block is valid until the next one is asked for. */
export async function* blocksOf(path: string): AsyncGenerator<Buffer> {
  const { file } = await openRegularFile(path);
  const block = Buffer.allocUnsafe(blockBytes);
  try {
    for (;;) {
      const { bytesRead } = await file.read(block, 0, blockBytes);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
