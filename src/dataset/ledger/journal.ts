/** Journals: what each worker finished, appended line by line and flushed, so that no crash loses a finished item. @module */
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

/** An open journal; one process writes it. */
export interface Journal {
  /**
   * Adds a record, on disk when the promise resolves. Records are added in the order of the calls.
   * @throws `disk-full`, `output-unwritable`; the journal is as it was before
   */
  append(record: ItemRecord): Promise<void>;
  /** Waits for what is being added, then closes. */
  close(): Promise<void>;
}

/**
 * Opens a journal to add to it, making file and folder where missing. A last line that a crash left unfinished is
 * cut off.
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
 * The records of all journals of a folder, by item id. Where an item has several, a complete one counts more than a
 * failed one, else the last. The last line of a journal may be torn and is then left out.
 * @returns an empty map when there is no such folder
 * @throws `dataset-invalid` naming file and line
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
 * Puts the records that still count in the place of manifest and journals, so that one whose image is gone, or that is to
 * be tried again, cannot be taken for a newer one of the same item. Until a run completes the dataset, the manifest is
 * not looked at again: see {@link isSettled}.
 * @throws `disk-full`, `output-unwritable`; then the journals are as they were
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

/** Whether the journals hold all that the manifest does. */
export function isSettled({ journal }: OutputPaths): boolean {
  return existsSync(journal(earlierJournal));
}

/** The one of earlier runs first. */
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
      // A line written in part would spoil the next one. Where it cannot be removed, nothing more may be added.
      await this.file.truncate(this.bytes).catch(() => {
        this.#broken = failure;
      });
      throw failure;
    }
  }
}

const tailBlockBytes = 1 << 16;

/** How many bytes of a file are whole lines; 0 when it does not exist. */
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
