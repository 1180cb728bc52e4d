/** Finds the shards to merge, and says by name what is missing or does not belong. @module */

import type { ShardPlace } from '../../dataset/output-paths.js';
import { outputPaths } from '../../dataset/output-paths.js';
import type { CompleteShard } from '../../dataset/shards/combine.js';
import { readCompletion } from '../../dataset/shards/completion.js';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { readStatus } from '../../dataset/status/status-file.js';
import { WildstyleError } from '../../errors.js';
import { shardText } from '../../plan/shard.js';

const mostNamed = 10;

/**
 * Returns all shards of a plan, in order.
 * @param roots output folders with one or more shards each
 * @throws `shard-missing` with the shards that are not complete; `shard-foreign` with folders and shards that are not of
 *   the same plan, or are there twice
 */
export async function findCompleteShards(roots: readonly string[]): Promise<CompleteShard[]> {
  const places: ShardPlace[] = [];
  for (const root of roots) {
    const found = await findShards(root);
    if (found.length === 0) throw foreign(`${root} has no shards.`);
    places.push(...found);
  }
  const byCount = groupByCount(places);
  let failure: WildstyleError | undefined;
  // After a change of the count, shards of the old one may be left; those of the new one have all records.
  for (const [count, group] of [...byCount].sort(([, a], [, b]) => b.length - a.length)) {
    try {
      return await completeOf(group, count);
    } catch (error) {
      failure ??= error as WildstyleError;
    }
  }
  throw failure;
}

function groupByCount(places: readonly ShardPlace[]): Map<number, ShardPlace[]> {
  const groups = new Map<number, ShardPlace[]>();
  for (const place of places)
    groups.set(place.shard.count, [...(groups.get(place.shard.count) ?? []), place]);
  return groups;
}

async function completeOf(places: readonly ShardPlace[], count: number): Promise<CompleteShard[]> {
  const found = new Map<number, CompleteShard>();
  const started = new Map<number, ShardPlace>();
  for (const place of places) {
    const { shard } = place;
    const completion = await readCompletion(place);
    started.set(shard.index, place);
    if (!completion) continue;
    const twin = found.get(shard.index);
    if (twin)
      throw foreign(
        `Shard ${shardText(shard)} exists twice: ${workFolderOf(twin.place)} and ${workFolderOf(place)}.`,
      );
    if (completion.shard.index !== shard.index || completion.shard.count !== count)
      throw foreign(
        `${workFolderOf(place)} has the completion manifest of shard ${shardText(completion.shard)}.`,
      );
    found.set(shard.index, { place, completion });
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !found.has(index));
  if (missing.length > 0) throw await missingError(missing, count, started);
  const shards = [...found.values()].sort((a, b) => a.place.shard.index - b.place.shard.index);
  const [first] = shards;
  const others = shards.filter(({ completion }) => completion.plan !== first.completion.plan);
  if (others.length > 0) {
    const names = others.map(({ place }) => `${shardText(place.shard)} in ${place.root}`).join(', ');
    throw foreign(
      `These shards belong to another plan than shard ${shardText(first.place.shard)} in ${first.place.root}: ${names}.`,
    );
  }
  return shards;
}

async function missingError(
  missing: readonly number[],
  count: number,
  started: ReadonlyMap<number, ShardPlace>,
): Promise<WildstyleError> {
  const lines: string[] = [];
  for (const index of missing.slice(0, mostNamed)) {
    const place = started.get(index);
    const status = place && (await readStatus(place));
    const state = place
      ? status
        ? `${status.pending} of ${status.items} images left`
        : 'not complete'
      : 'not started';
    lines.push(`  shard ${index}/${count}: ${state}${place ? ` (${place.root})` : ''}`);
  }
  if (missing.length > mostNamed) lines.push(`  and ${missing.length - mostNamed} more`);
  return new WildstyleError(
    'shard-missing',
    `${missing.length} of ${count} shards are missing:\n${lines.join('\n')}`,
    {
      cure: `Run them: wildstyle run JOB --shard ${missing[0]}/${count}. Then merge again.`,
    },
  );
}

const workFolderOf = (place: ShardPlace): string => outputPaths(place).workFolder;

function foreign(message: string): WildstyleError {
  return new WildstyleError('shard-foreign', message, {
    cure: 'Merge the output folders of the shards of one job, each shard once.',
  });
}
