/** The file operations that publishing uses, behind an interface so that tests can make each one fail. @module */
import { mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { WildstyleError } from '../errors.js';

/** An open file. */
export interface OpenFile {
  /** Writes all the data at the current position, in as many system calls as needed. */
  writeFile(data: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  truncate(lengthBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** A subset of `node:fs/promises`, with the same semantics. */
export interface FileSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  mkdir(path: string, options: { recursive: true }): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
}

/** The real file system. */
export const nodeFileSystem: FileSystem = { open, mkdir, rename, unlink, rmdir };

const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Converts the error of a failed write: `disk-full` if space or quota ran out, `output-unwritable` for everything else
 * (permissions, a read-only or failing disk). A `WildstyleError` is returned unchanged.
 */
export function asStorageError(cause: unknown, path: string): WildstyleError {
  if (cause instanceof WildstyleError) return cause;
  const { code = '', message } = (
    cause instanceof Error ? cause : new Error(String(cause))
  ) as NodeJS.ErrnoException;
  if (fullDisk.has(code)) {
    return new WildstyleError('disk-full', `${path}: no space left on the disk (${code})`, {
      cure: 'Free some space and run again. Finished images are kept',
      cause,
    });
  }
  return new WildstyleError('output-unwritable', `${path}: cannot be written: ${message}`, {
    cure: 'Check that the output folder is on a writable disk and that you have permission to write to it',
    cause,
  });
}
