/** Determines what is there for a shard before it runs: its own records, and what others made before. @module */

import { isInShard } from '../../plan/shard.js';
import { readJournals } from '../ledger/journals/read-journals.js';
import { type IndexedRecord, RecordIndex } from '../ledger/record-index.js';
import { type OutputJob, type PlannedOutput, readOutputJob } from '../output-job.js';
import { outputPaths, type ShardPlace } from '../output-paths.js';
import {
  assertOwnFolder,
  differencesFrom,
  dropMissing,
  type InspectedOutput,
  jobOfShards,
  recordsOfRoot,
  startedFrom,
} from '../output-status.js';
import { readSummary } from '../summary.js';
import { findShards } from './shard-folders.js';

/** The state of a shard. */
export type InspectedShard = Exclude<InspectedOutput, { kind: 'complete' }> & {
  /** Whether there are records that the shard did not make itself. */
  readonly hasForeign: boolean;
};

/**
 * Determines the state of a shard. Items that an earlier run made, with another count of shards or with none, count as
 * made.
 * @throws as `inspectOutput`
 */
export async function inspectShard(place: ShardPlace, planned: PlannedOutput): Promise<InspectedShard> {
  const { root, shard } = place;
  const own = await readJournals(outputPaths(place).journalsFolder);
  const ownJob = await readOutputJob(place);
  const known = ownJob ?? (await jobOfFolder(root));
  if (known === undefined) await assertOwnFolder(root, planned.files);
  const records = new RecordIndex();
  const absorb = (from: Iterable<IndexedRecord>) => {
    for (const record of from) if (isInShard(record.id, shard)) records.add(record, record);
  };
  absorb((await recordsOfRoot(root)).values());
  for (const other of await findShards(root)) {
    if (other.shard.count === shard.count) continue;
    absorb((await readJournals(outputPaths(other).journalsFolder)).records.values());
  }
  const hasForeign = records.size > 0 && !own.journals.isSettled;
  absorb(own.records.values());
  const lost = await dropMissing(root, records);
  const { journals, damaged } = own;
  const earlierJobs = known?.earlierJobs ?? [];
  const found = { records, lost, journals, damaged, earlierJobs, shards: [], hasForeign };
  const isSamePlan = known?.planDigest === planned.planDigest;
  if (known === undefined || (!isSamePlan && records.size === 0 && ownJob !== undefined))
    return { kind: 'new', ...found, earlierJobs: [] };
  if (!isSamePlan) {
    const differences = await differencesFrom(ownJob ? place : root, known, planned, records);
    const jobs = [...known.earlierJobs, known.job];
    return { kind: 'differs', differences, jobs, ...found, earlierJobs: jobs };
  }
  return { kind: ownJob ? 'resume' : 'new', ...found };
}

/** The job of a folder: of a run without shards, or of any shard. */
async function jobOfFolder(root: string): Promise<OutputJob | undefined> {
  const summary = await readSummary(root);
  const known = (await readOutputJob(root)) ?? (summary && startedFrom(summary));
  if (known) return known;
  return jobOfShards(await findShards(root));
}
