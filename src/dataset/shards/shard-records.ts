/** The records of a complete shard, in plan order, each with its place in the plan. @module */
import { WildstyleError } from '../../errors.js';
import { sha256InPieces } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { readLines } from '../../files/lines.js';
import { FilePublisher } from '../../files/publish.js';
import type { ItemRecord } from '../ledger/record.js';
import { formatRecord, parseRecord } from '../ledger/record-line.js';
import { outputPaths, type ShardPlace } from '../output-paths.js';

/** A record with its place. */
export interface PlacedRecord {
  /** Index of the item in the plan of all shards. */
  readonly index: number;
  readonly record: ItemRecord;
}

/** Writes the records of a shard. @returns sha256 of the file */
export async function publishShardRecords(
  place: ShardPlace,
  records: AsyncIterable<PlacedRecord>,
  fileSystem: FileSystem,
): Promise<string> {
  const { shardRecords, temporaryFolder } = outputPaths(place);
  const publisher = await FilePublisher.open(shardRecords, { temporaryFolder, fileSystem });
  try {
    for await (const { index, record } of records) await publisher.write(`${index} ${formatRecord(record)}`);
  } catch (error) {
    await publisher.abort();
    throw error;
  }
  return (await publisher.commit()).sha256;
}

/**
 * Reads the records of a shard.
 * @param expectedSha256 the digest in the completion manifest
 * @throws `dataset-invalid` at the end, if the file was altered, or at a line that is not a record
 */
export async function* readShardRecords(
  place: ShardPlace,
  expectedSha256: string,
): AsyncGenerator<PlacedRecord, undefined> {
  const path = outputPaths(place).shardRecords;
  const digest = sha256InPieces();
  for await (const { text, number, ended } of readLines(path)) {
    digest.update(ended ? `${text}\n` : text);
    const space = text.indexOf(' ');
    const record = parseRecord(text.slice(space + 1), `${path}:${number}`);
    yield { index: Number(text.slice(0, space)), record };
  }
  if (digest.digest('hex') === expectedSha256) return;
  throw new WildstyleError('dataset-invalid', `${path} was altered: it does not match its digest.`, {
    cure: 'Restore the file, or delete the folder of the shard and run the shard again.',
  });
}
