/** Reads single records from the files in which an index found them. @module */

import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { openRegularFile } from '../../files/regular-file.js';
import type { ItemRecord } from './record.js';
import type { RecordPlace } from './record-index.js';
import { parseRecord } from './record-line.js';

interface OpenSource {
  readonly file: FileHandle;
  readonly block: Buffer;
  /** The part of the file in the block. */
  startBytes: number;
  endBytes: number;
}

const blockBytes = 1 << 17;
const maximumOpenFiles = 16;

/** Keeps a few files open. Records that follow each other are read together. */
export class RecordReader {
  readonly #sources = new Map<string, OpenSource>();

  /** Reads and checks a record. @throws `dataset-invalid` */
  async read(place: RecordPlace): Promise<ItemRecord> {
    return parseRecord(await this.readText(place), `${basename(place.source)}@${place.offsetBytes}`);
  }

  /** Reads the text of a record. */
  async readText({ source, offsetBytes, lengthBytes }: RecordPlace): Promise<string> {
    const open = await this.#open(source);
    const endBytes = offsetBytes + lengthBytes;
    if (lengthBytes > blockBytes) {
      const { buffer } = await open.file.read(Buffer.allocUnsafe(lengthBytes), 0, lengthBytes, offsetBytes);
      return buffer.toString('utf8');
    }
    if (offsetBytes < open.startBytes || endBytes > open.endBytes) {
      const isNext = offsetBytes >= open.startBytes && offsetBytes < open.endBytes + blockBytes;
      const wanted = isNext ? blockBytes : lengthBytes;
      const { bytesRead } = await open.file.read(open.block, 0, wanted, offsetBytes);
      open.startBytes = offsetBytes;
      open.endBytes = offsetBytes + bytesRead;
    }
    const start = offsetBytes - open.startBytes;
    return open.block.toString('utf8', start, start + lengthBytes);
  }

  async close(): Promise<void> {
    for (const { file } of this.#sources.values()) await file.close();
    this.#sources.clear();
  }

  async #open(path: string): Promise<OpenSource> {
    let source = this.#sources.get(path);
    if (!source) {
      const [oldest] = this.#sources;
      if (oldest && this.#sources.size >= maximumOpenFiles) {
        this.#sources.delete(oldest[0]);
        await oldest[1].file.close();
      }
      const { file } = await openRegularFile(path);
      source = { file, block: Buffer.allocUnsafe(blockBytes), startBytes: 0, endBytes: 0 };
      this.#sources.set(path, source);
    }
    return source;
  }
}

/** Reads records one after the other, in the order of their places. */
export async function* readRecords(places: Iterable<RecordPlace>): AsyncGenerator<ItemRecord> {
  const reader = new RecordReader();
  try {
    for (const place of places) yield await reader.read(place);
  } finally {
    await reader.close();
  }
}
