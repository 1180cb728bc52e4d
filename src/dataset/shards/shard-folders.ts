/** The working folders of shards in an output folder. @module */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { asStorageError, type FileSystem } from '../../files/file-system.js';
import { removeTree, syncFolder } from '../../files/folders.js';
import { type Shard, shardText } from '../../plan/shard.js';
import { outputPaths, type ShardPlace } from '../output-paths.js';
import { processText } from '../writer.js';
import { writerOf } from '../writer-of.js';

const namePattern = /^(\d+)-of-(\d+)$/;
const discardedName = 'shards-merged';

/** Lists the shards that have a working folder in an output folder, by count and index. */
export async function findShards(root: string): Promise<ShardPlace[]> {
  const names = await namesIn(outputPaths(root).shardsFolder);
  return names
    .flatMap((name) => {
      const [, index, count] = namePattern.exec(name) ?? [];
      return index === undefined ? [] : [{ root, shard: { index: Number(index), count: Number(count) } }];
    })
    .sort((a, b) => a.shard.count - b.shard.count || a.shard.index - b.shard.index);
}

/**
 * Checks that nothing else writes to a folder that shards share, after the own lock was taken. Shards of the same count
 * never meet: they make different items.
 * @param shard the shard that is about to run; undefined for a run of everything, or a merge
 * @throws `output-in-use`
 */
export async function assertNoOtherWriter(root: string, shard?: Shard): Promise<void> {
  const others = (await findShards(root)).filter((place) => place.shard.count !== shard?.count);
  for (const place of [...(shard ? [root] : []), ...others]) {
    const writer = await writerOf(place);
    if (!writer) continue;
    const what = typeof place === 'string' ? 'a run without shards' : `shard ${shardText(place.shard)}`;
    throw new WildstyleError(
      'output-in-use',
      `${root}: ${what} is writing to this folder${processText(writer)}`,
      { cure: 'Wait for it, or stop it. All shards that run at the same time need the same count.' },
    );
  }
}

/**
 * Removes the working folders of all shards, when their records are elsewhere. They disappear in one step, so that a crash
 * cannot leave a part of them.
 */
export async function removeShards(root: string, fileSystem: FileSystem): Promise<void> {
  const { workFolder, shardsFolder } = outputPaths(root);
  const discarded = join(workFolder, discardedName);
  try {
    // What a crash left of an earlier removal.
    await removeTree(discarded, fileSystem);
    if (!existsSync(shardsFolder)) return;
    await fileSystem.rename(shardsFolder, discarded);
    await syncFolder(workFolder, fileSystem);
    await removeTree(discarded, fileSystem);
  } catch (error) {
    throw asStorageError(error, shardsFolder);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw asStorageError(error, folder);
  }
}
