/** The newest images of a run, read from the ends of its journals while they grow. @module */
import { open } from 'node:fs/promises';
import { findJournals } from '../../dataset/ledger/journals/journal-files.js';
import { checkedText } from '../../dataset/ledger/journals/journal-line.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import { parseRecord } from '../../dataset/ledger/record-line.js';
import { type OutputPlace, outputPaths } from '../../dataset/output-paths.js';

/** Of a journal that is longer when it is first seen, only the end is read. */
const mostBytes = 256 * 1024;

/** Follows the journals of some places. Never waits for a run, and reads only what is new. */
export class NewestRecords {
  /** The last record of each image, oldest first. */
  readonly #records = new Map<string, ItemRecord>();
  /** Where the next line of each journal begins. */
  readonly #read = new Map<string, number>();

  /** @param most records to keep */
  constructor(private readonly most: number) {}

  /** Newest first. */
  get records(): ItemRecord[] {
    return [...this.#records.values()].reverse();
  }

  /** Reads what was written since the last call. Files that cannot be read are read later. */
  async look(places: readonly OutputPlace[]): Promise<void> {
    for (const place of places) {
      const journals = await findJournals(outputPaths(place).journalsFolder).catch(() => undefined);
      for (const { path } of journals?.current ?? []) await this.#follow(path).catch(() => {});
    }
  }

  async #follow(path: string): Promise<void> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const begin = this.#read.get(path) ?? Math.max(0, size - mostBytes);
      if (size <= begin) return;
      const bytes = Buffer.alloc(Math.min(size - begin, 4 * mostBytes));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
      const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      this.#read.set(path, begin + end);
      // The first line may be the rest of one: its checksum says so.
      for (const line of bytes.toString('utf8', 0, end).split('\n')) this.#add(line);
    } finally {
      await file.close();
    }
  }

  #add(line: string): void {
    const text = checkedText(line);
    if (text === undefined) return;
    const record = parseRecord(text, 'journal');
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > this.most && oldest !== undefined) this.#records.delete(oldest);
  }
}
