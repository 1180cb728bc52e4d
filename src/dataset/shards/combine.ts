/** Combines the records of all shards of a plan. @module */
import { WildstyleError } from '../../errors.js';
import { type Shard, shardText } from '../../plan/shard.js';
import type { ShardPlace } from '../output-paths.js';
import type { Completion } from './completion.js';
import { type PlacedRecord, readShardRecords } from './shard-records.js';

/** A complete shard. */
export interface CompleteShard {
  readonly place: ShardPlace;
  readonly completion: Completion;
}

/** A record with the shard that it comes from. */
export interface CombinedRecord extends PlacedRecord {
  readonly place: ShardPlace;
}

/**
 * Yields the records of all shards in plan order, holding one of each in memory.
 * @throws `dataset-invalid` if an item is in no shard or in two, or if a file was altered
 */
export async function* combinedRecords(shards: readonly CompleteShard[]): AsyncGenerator<CombinedRecord> {
  const [first] = shards;
  const heads = new Map<
    number,
    { place: ShardPlace; record: PlacedRecord; rest: AsyncGenerator<PlacedRecord> }
  >();
  const advance = async (place: ShardPlace, rest: AsyncGenerator<PlacedRecord>, after: number) => {
    const { done, value } = await rest.next();
    if (done) return;
    if (heads.has(value.index) || value.index <= after) throw inconsistent(place.shard, value.index, 'twice');
    heads.set(value.index, { place, record: value, rest });
  };
  const readers: AsyncGenerator<PlacedRecord>[] = [];
  try {
    for (const { place, completion } of shards) {
      const reader = readShardRecords(place, completion.records);
      readers.push(reader);
      await advance(place, reader, -1);
    }
    const total = first?.completion.planItems ?? 0;
    for (let index = 0; index < total; index++) {
      const head = heads.get(index);
      if (!head) throw inconsistent(undefined, index, 'in no shard');
      heads.delete(index);
      yield { ...head.record, place: head.place };
      await advance(head.place, head.rest, index);
    }
    const [beyond] = heads.values();
    if (beyond) throw inconsistent(beyond.place.shard, beyond.record.index, 'not in the plan');
  } finally {
    // Closes the files of a merge that failed.
    for (const reader of readers) await reader.return(undefined);
  }
}

function inconsistent(shard: Shard | undefined, index: number, problem: string): WildstyleError {
  const where = shard ? ` (shard ${shardText(shard)})` : '';
  return new WildstyleError('dataset-invalid', `Item ${index} of the plan is ${problem}${where}.`, {
    cure: 'Delete the folder of the shard and run the shard again.',
  });
}
