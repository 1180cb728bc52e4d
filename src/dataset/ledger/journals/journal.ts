/**
 * Journals: each worker appends a line per finished item and flushes it to disk, so that a crash loses no finished item.
 * @module
 */
import { open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { WildstyleError } from '../../../errors.js';
import {
  asStorageError,
  type FileSystem,
  nodeFileSystem,
  type OpenFile,
} from '../../../files/file-system.js';
import { makeFolder, syncFolder } from '../../../files/folders.js';
import type { ItemRecord } from '../record.js';
import { formatJournalLine } from './journal-line.js';

/** An open journal. Only one process may write to it. */
export interface Journal {
  /**
   * Appends a record. It is on disk when the promise resolves. Records are appended in the order of the calls.
   * @throws `disk-full`, `output-unwritable`, `lock-lost`; the journal is then unchanged
   */
  append(record: ItemRecord): Promise<void>;
  /** Waits for pending appends, then closes the journal. */
  close(): Promise<void>;
}

/**
 * Opens a journal for appending. Creates the file and its folder if missing, and removes an incomplete last line left by a
 * crash.
 * @throws `disk-full`, `output-unwritable`
 */
export async function openJournal(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<Journal> {
  try {
    await makeFolder(dirname(path), fileSystem);
    const wholeBytes = await wholeLinesBytes(path);
    const file = await fileSystem.open(path, 'a');
    try {
      await file.truncate(wholeBytes);
      await file.sync();
      // A flushed record is lost if the name of its file is.
      for (const folder of [dirname(path), dirname(dirname(path))]) await syncFolder(folder, fileSystem);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new AppendOnlyJournal(path, file, wholeBytes);
  } catch (error) {
    throw asStorageError(error, path);
  }
}

class AppendOnlyJournal implements Journal {
  #last: Promise<unknown> = Promise.resolve();
  #broken: WildstyleError | undefined;

  constructor(
    private readonly path: string,
    private readonly file: OpenFile,
    private bytes: number,
  ) {}

  async append(record: ItemRecord): Promise<void> {
    const line = Buffer.from(formatJournalLine(record));
    const appended = this.#last.then(() => this.#append(line));
    this.#last = appended.catch(() => {});
    await appended;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.file.close();
  }

  async #append(line: Uint8Array): Promise<void> {
    if (this.#broken) throw this.#broken;
    try {
      await this.file.writeFile(line);
      await this.file.datasync();
      this.bytes += line.byteLength;
    } catch (error) {
      const failure = asStorageError(error, this.path);
      // A partial line would corrupt the next one. If it cannot be removed, reject all further appends.
      await this.file.truncate(this.bytes).catch(() => {
        this.#broken = failure;
      });
      throw failure;
    }
  }
}

const tailBlockBytes = 1 << 16;

/** Returns how many bytes of a file consist of complete lines; 0 if it does not exist. */
async function wholeLinesBytes(path: string): Promise<number> {
  const file = await openFile(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return 0;
  try {
    const block = Buffer.alloc(tailBlockBytes);
    for (let end = (await file.stat()).size; end > 0; ) {
      const start = Math.max(0, end - tailBlockBytes);
      const { bytesRead } = await file.read(block, 0, end - start, start);
      const newline = block.subarray(0, bytesRead).lastIndexOf(10);
      if (newline >= 0) return start + newline + 1;
      end = start;
    }
    return 0;
  } finally {
    await file.close();
  }
}
