/** Divides the images of each split into shards, without reading them. @module */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { PublishedFile } from '../files/publish.js';
import { type ExportContext, exportFile } from './exporter.js';
import type { ExportFile } from './staging/export-file.js';

/** One file of an export, with a part of a split. */
export interface Shard {
  readonly split: string;
  /** Position in its split, from 0. */
  readonly index: number;
  /** Number of shards of its split. */
  readonly of: number;
  /** Number of its images. */
  readonly images: number;
  /** Bytes of its image files. */
  readonly imageBytes: number;
}

/** A shard that was written. */
export interface WrittenShard extends Shard, PublishedFile {
  readonly file: string;
}

/** A shard is closed when its images have this many bytes: the size that Hugging Face uses. */
const maximumShardBytes = 500e6;

/**
 * Writes every shard of every split, in order. A shard that an interrupted export has committed is not written again.
 * @param nameOf the file of a shard, relative to the export's folder
 * @param write writes the records of a shard. Must take all of them
 */
export async function writeShards(
  context: ExportContext,
  nameOf: (shard: Shard) => string,
  write: (file: ExportFile, records: AsyncIterable<CompleteRecord>, shard: Shard) => Promise<void>,
): Promise<WrittenShard[]> {
  const written: WrittenShard[] = [];
  for (const split of context.splits) {
    const records = context.records(split)[Symbol.asyncIterator]();
    try {
      for (const shard of await planShards(context, split)) {
        const file = nameOf(shard);
        const part = take(records, shard.images);
        const published = await exportFile(context, file, (opened) => write(opened, part, shard));
        // A reused shard has taken no records.
        for await (const _ of part);
        written.push({ ...shard, file, ...published });
      }
    } finally {
      // The manifest would stay open.
      await records.return?.(undefined);
    }
  }
  return written;
}

async function planShards(
  { records, imageBytes, options }: ExportContext,
  split: string,
): Promise<readonly Shard[]> {
  const sizes: { images: number; imageBytes: number }[] = [];
  for await (const record of records(split)) {
    const bytes = await imageBytes(record);
    const last = sizes.at(-1);
    if (last && last.images < options.shardImages && last.imageBytes + bytes <= maximumShardBytes) {
      last.images++;
      last.imageBytes += bytes;
    } else sizes.push({ images: 1, imageBytes: bytes });
  }
  return sizes.map((size, index) => ({ split, index, of: sizes.length, ...size }));
}

/** The next few elements of an iterator, which stays open. */
async function* take<T>(from: AsyncIterator<T>, count: number): AsyncGenerator<T> {
  for (let taken = 0; taken < count; taken++) {
    const { done, value } = await from.next();
    if (done) return;
    yield value;
  }
}
