/** The few file operations that publishing needs, so that tests can make each of them fail. @module */
import { mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { WildstyleError } from '../errors.js';

/** An open file. */
export interface OpenFile {
  /** Writes all of it at the current position, however many system calls that takes. */
  writeFile(data: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  truncate(lengthBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** What publishing asks of a file system; the names and meanings of `node:fs/promises`. */
export interface FileSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  mkdir(path: string, options: { recursive: true }): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
}

/** The real one. */
export const nodeFileSystem: FileSystem = { open, mkdir, rename, unlink, rmdir };

const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * What a failed write means: `disk-full` when there is no room or quota, `output-unwritable` for everything else
 * (permissions, a read-only or failing disk). Errors that carry a code of ours pass unchanged.
 */
export function asStorageError(cause: unknown, path: string): WildstyleError {
  if (cause instanceof WildstyleError) return cause;
  const { code = '', message } = (
    cause instanceof Error ? cause : new Error(String(cause))
  ) as NodeJS.ErrnoException;
  if (fullDisk.has(code)) {
    return new WildstyleError('disk-full', `${path}: no room left to write it (${code})`, {
      cure: 'Free some space and run again: finished images are kept',
      cause,
    });
  }
  return new WildstyleError('output-unwritable', `${path}: cannot be written: ${message}`, {
    cure: 'Check that the output folder exists on a writable disk and that you may write there',
    cause,
  });
}
