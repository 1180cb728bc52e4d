/** Random access to the bytes of a file, on this disk or elsewhere. @module */
import { type FileHandle, open } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';

export interface ByteSource {
  /** The path or address, for messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Reads bytes; fewer only where the file ends.
   * @param offset of the first byte
   */
  readonly read: (offset: number, lengthBytes: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a file on this disk.
 * @throws `weights-missing` if it does not exist or cannot be read
 */
export async function openFileSource(path: string): Promise<ByteSource> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const status = await file.stat();
    if (!status.isFile()) throw new Error('it is not a file');
    const handle = file;
    return {
      name: path,
      sizeBytes: status.size,
      read: (offset, lengthBytes) => readAt(handle, offset, Math.min(lengthBytes, status.size - offset)),
      close: () => handle.close(),
    };
  } catch (cause) {
    await file?.close();
    const { message } = cause as Error;
    throw new WildstyleError('weights-missing', `The weights file ${path} cannot be read: ${message}`, {
      cure: 'Give an existing file.',
      cause,
    });
  }
}

/**
 * Opens a file for a function, and closes it afterwards. Errors that say what is wrong with the weights name the file.
 * @throws `weights-missing`, and what the function throws
 */
export async function withFileSource<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openFileSource(path);
  try {
    return await use(source);
  } catch (error) {
    const isUnnamed = error instanceof WildstyleError && error.code === 'weights-invalid';
    if (!isUnnamed || error.message.includes(path)) throw error;
    const { code, message, cure } = error;
    throw new WildstyleError(code, `${path}: ${message}`, { cause: error, ...(cure && { cure }) });
  } finally {
    await source.close();
  }
}

async function readAt(file: FileHandle, offset: number, lengthBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, lengthBytes));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
