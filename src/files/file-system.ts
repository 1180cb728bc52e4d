/**
 * The operations that change files. Everything that belongs to a dataset is written through them, so that tests can make
 * each one fail, and so that a run that lost its lock can be kept from writing.
 * @module
 */
import { link, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { type ErrorCode, WildstyleError } from '../errors.js';

/** An open file. */
export interface OpenFile {
  /** Writes all the data at the current position, in as many system calls as needed. */
  writeFile(data: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  truncate(lengthBytes: number): Promise<void>;
  utimes(accessed: Date, modified: Date): Promise<void>;
  close(): Promise<void>;
}

/** A subset of `node:fs/promises`, with the same semantics. */
export interface FileSystem {
  open(path: string, flags: string): Promise<OpenFile>;
  /** Creates one folder. Not recursive: then Node reports a full or read-only disk as a missing folder. */
  mkdir(path: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
}

/** The real file system. */
export const nodeFileSystem: FileSystem = {
  open,
  mkdir: (path) => mkdir(path),
  link,
  rename,
  unlink,
  rmdir,
};

/** Opens a file, writes to it and closes it, whatever happens. @param isFlushed whether it is on the disk afterwards */
export async function writeWhole(
  path: string,
  data: string | Uint8Array,
  { fileSystem = nodeFileSystem, flags = 'w', isFlushed = false } = {},
): Promise<void> {
  const file = await fileSystem.open(path, flags);
  try {
    await file.writeFile(data);
    if (isFlushed) await file.sync();
  } finally {
    await file.close();
  }
}

/** Returns a file system that calls `check` before every operation that changes something, and stops if it throws. */
export function guardedFileSystem(fileSystem: FileSystem, check: () => Promise<void>): FileSystem {
  return {
    async open(path, flags) {
      // Folders are opened for reading, to flush them.
      if (flags === 'r') return fileSystem.open(path, flags);
      await check();
      const file = await fileSystem.open(path, flags);
      return {
        writeFile: (data) => check().then(() => file.writeFile(data)),
        sync: () => file.sync(),
        datasync: () => file.datasync(),
        truncate: (lengthBytes) => check().then(() => file.truncate(lengthBytes)),
        utimes: (accessed, modified) => file.utimes(accessed, modified),
        close: () => file.close(),
      };
    },
    mkdir: (path) => check().then(() => fileSystem.mkdir(path)),
    link: (from, to) => check().then(() => fileSystem.link(from, to)),
    rename: (from, to) => check().then(() => fileSystem.rename(from, to)),
    unlink: (path) => check().then(() => fileSystem.unlink(path)),
    rmdir: (path) => check().then(() => fileSystem.rmdir(path)),
  };
}

interface Trouble {
  readonly code: ErrorCode;
  readonly what: string;
  readonly cure: string;
}

const full: Trouble = {
  code: 'disk-full',
  what: 'no space left on the disk',
  cure: 'Free some space and run again. Finished images are kept',
};
const failing: Trouble = {
  code: 'disk-failed',
  what: 'the disk does not respond or reports errors',
  cure: 'Check the disk or the network share, then run again. Finished images are kept',
};
const exhausted: Trouble = {
  code: 'resources-exhausted',
  what: 'the system has no memory, processes or file descriptors left',
  cure: 'Close other programs, raise the limits (ulimit), or lower run.workers; then run again',
};

/** Errors that are not the fault of the path: the same operation can succeed later. */
const machineTrouble: Readonly<Record<string, Trouble>> = {
  ENOSPC: full,
  EDQUOT: full,
  EIO: failing,
  ESTALE: failing,
  ENXIO: failing,
  ENODEV: failing,
  ETIMEDOUT: failing,
  EHOSTDOWN: failing,
  ENOTCONN: failing,
  EMFILE: exhausted,
  ENFILE: exhausted,
  ENOMEM: exhausted,
  EAGAIN: exhausted,
};

/**
 * Returns the error for trouble of the machine: `disk-full`, `disk-failed` or `resources-exhausted`. These end a run,
 * because every item would meet them, and running again resumes.
 * @returns undefined for any other error
 */
export function asMachineError(cause: unknown, path: string): WildstyleError | undefined {
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  if (!Object.hasOwn(machineTrouble, code)) return undefined;
  const { code: known, what, cure } = machineTrouble[code];
  return new WildstyleError(known, `${path}: ${what} (${code})`, { cure, cause });
}

/**
 * Converts the error of a failed write: that of {@link asMachineError}, or `output-unwritable` for everything else
 * (permissions, a read-only disk). A `WildstyleError` is returned unchanged.
 */
export function asStorageError(cause: unknown, path: string): WildstyleError {
  if (cause instanceof WildstyleError) return cause;
  const { message } = cause instanceof Error ? cause : new Error(String(cause));
  return (
    asMachineError(cause, path) ??
    new WildstyleError('output-unwritable', `${path}: cannot be written: ${message}`, {
      cure: 'Check that the output folder is on a writable disk and that you have permission to write to it',
      cause,
    })
  );
}
