/** Shards: parts of a plan that are made without knowing of each other. @module */

/** One of several parts of a plan. */
export interface Shard {
  /** From 0 to `count - 1`. */
  readonly index: number;
  readonly count: number;
}

/** More shards than this are a mistake. */
export const maximumShards = 100_000;

/** 48 bits of an id, which is a hash: every shard gets the same share, to within chance. */
const digits = 12;

/**
 * Returns the index of the shard that an item belongs to. It follows from the id alone, so an item stays in its shard when
 * others are added.
 * @param id hash of the item: hex digits
 */
export function shardIndexOf(id: string, count: number): number {
  return Number.parseInt(id.slice(0, digits), 16) % count;
}

/** Returns whether an item belongs to a shard. */
export function isInShard(id: string, { index, count }: Shard): boolean {
  return shardIndexOf(id, count) === index;
}

/** Returns a shard as people write it: `0/3`. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/** Reads a shard: `0/3` is the first of three. @returns undefined if it is not one */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.index < shard.count && shard.count <= maximumShards ? shard : undefined;
}
