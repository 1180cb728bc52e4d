/**
 * Journals: each worker appends a line per finished item and flushes it to disk, so that a crash loses no finished item.
 * @module
 */
import { existsSync } from 'node:fs';
import { open as openFile, readdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { WildstyleError } from '../../errors.js';
import { asStorageError, type FileSystem, nodeFileSystem, type OpenFile } from '../../files/file-system.js';
import { readLines } from '../../files/lines.js';
import { FilePublisher } from '../../files/publish.js';
import { earlierJournal, type OutputPaths } from '../output-paths.js';
import { mergeRecords } from './merge-records.js';
import type { ItemRecord } from './record.js';
import { formatRecord, parseRecord } from './record-line.js';

/** An open journal. Only one process may write to it. */
export interface Journal {
  /**
   * Appends a record. It is on disk when the promise resolves. Records are appended in the order of the calls.
   * @throws `disk-full`, `output-unwritable`; the journal is then unchanged
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
    await fileSystem.mkdir(dirname(path), { recursive: true });
    const wholeBytes = await wholeLinesBytes(path);
    const file = await fileSystem.open(path, 'a');
    await file.truncate(wholeBytes).catch(async (error) => {
      await file.close();
      throw error;
    });
    return new AppendOnlyJournal(path, file, wholeBytes);
  } catch (error) {
    throw asStorageError(error, path);
  }
}

/**
 * Reads the records of all journals in a folder, by item id. If an item has several records, a complete one takes
 * precedence over a failed one, otherwise a later one over an earlier one. An incomplete last line is ignored.
 * @returns an empty map if the folder does not exist
 * @throws `dataset-invalid` with file and line number
 */
export async function readJournals(folder: string): Promise<Map<string, ItemRecord>> {
  const names = await journalsIn(folder);
  const records = new Map<string, ItemRecord>();
  for (const name of names) {
    for await (const line of readLines(join(folder, name))) {
      if (line.ended) mergeRecords(records, [parseRecord(line.text, `${basename(name)}:${line.number}`)]);
    }
  }
  return records;
}

/**
 * Replaces the journals by a single one with the valid records. Otherwise, the outdated record of a missing image or of a
 * retried item could override the new one. Until a run completes the dataset, the manifest is ignored; see
 * {@link isSettled}.
 * @throws `disk-full`, `output-unwritable`; the journals are then unchanged
 */
export async function settleJournals(
  { journalsFolder, journal, temporaryFolder }: OutputPaths,
  records: Iterable<ItemRecord>,
): Promise<void> {
  const names = await journalsIn(journalsFolder);
  const settled = journal(earlierJournal);
  const publisher = await FilePublisher.open(settled, { temporaryFolder });
  for (const record of records) await publisher.write(formatRecord(record));
  await publisher.commit();
  for (const name of names) if (name !== basename(settled)) await unlink(join(journalsFolder, name));
}

/** Returns whether the journals replace the manifest; see {@link settleJournals}. */
export function isSettled({ journal }: OutputPaths): boolean {
  return existsSync(journal(earlierJournal));
}

/** Returns the names of the journals, the one of earlier runs first. */
async function journalsIn(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
    const isEarlier = (name: string) => name === `${earlierJournal}.jsonl`;
    return [...names.filter(isEarlier), ...names.filter((name) => !isEarlier(name))];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asStorageError(error, folder);
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
    const line = Buffer.from(formatRecord(record));
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
