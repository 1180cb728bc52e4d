/** Writes what a shard leaves: its records in plan order and, if nothing is left to make, its completion manifest. @module */
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { asPlanned } from '../../dataset/ledger/manifest.js';
import type { StylizedRecord } from '../../dataset/ledger/record.js';
import type { RecordIndex } from '../../dataset/ledger/record-index.js';
import { fileOf, isStylized } from '../../dataset/ledger/record-kinds.js';
import { RecordReader } from '../../dataset/ledger/record-reader.js';
import { type Counts, Tally } from '../../dataset/ledger/tally.js';
import { outputPaths, type ShardPlace, splitOfFile } from '../../dataset/output-paths.js';
import { dropMissing } from '../../dataset/output-status.js';
import { publishCompletion } from '../../dataset/shards/completion.js';
import { type PlacedRecord, publishShardRecords } from '../../dataset/shards/shard-records.js';
import type { FileSystem } from '../../files/file-system.js';
import { sweepTemporaryFiles } from '../../files/publish.js';
import type { PlanItem } from '../../plan/item.js';
import { isInShard } from '../../plan/shard.js';
import { packageVersion } from '../../version.js';
import { environmentOf } from '../finish/environment.js';
import { lastRunOf, type WorkersTime } from '../finish/last-run.js';
import type { Prepared } from '../preparing/prepare.js';

/**
 * Finishes a run of a shard.
 * @param fileSystem writes only while the run holds the lock of the shard
 * @returns the counts of the shard
 */
export async function finishShard(
  prepared: Prepared,
  place: ShardPlace,
  startedAt: Date,
  time: WorkersTime,
  fileSystem: FileSystem,
): Promise<{ counts: Counts; contactSheet: undefined }> {
  const { plan } = prepared;
  const { journalsFolder, temporaryFolder } = outputPaths(place);
  await sweepTemporaryFiles(temporaryFolder, fileSystem);
  const { records } = await readJournals(journalsFolder);
  await dropMissing(place.root, records);
  const shard = new ShardRecords(itemsOf(prepared, place), records);
  if (!isAllThere(prepared, place, records)) {
    for await (const _ of shard.all());
    return { counts: shard.tally.counts(), contactSheet: undefined };
  }
  const digest = await publishShardRecords(place, shard.all(), fileSystem);
  const counts = shard.tally.counts();
  const completion = {
    format: 1 as const,
    wildstyle: packageVersion(),
    shard: place.shard,
    plan: plan.digest,
    planItems: plan.counts.total,
    counts,
    records: digest,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    environment: environmentOf(shard.sample, prepared),
    lastRun: lastRunOf(counts, prepared.job.run, time),
    overviews: { contactSheet: prepared.job.run.contactSheet, report: prepared.job.run.report },
  };
  await publishCompletion(place, completion, fileSystem);
  return { counts, contactSheet: undefined };
}

function* itemsOf({ plan }: Prepared, { shard }: ShardPlace): Generator<PlanItem> {
  for (const item of plan.items()) if (isInShard(item.id, shard)) yield item;
}

function isAllThere(prepared: Prepared, place: ShardPlace, records: RecordIndex): boolean {
  for (const { id } of itemsOf(prepared, place)) if (!records.get(id)) return false;
  return true;
}

/** Reads the records of a shard once, in plan order, and counts them. */
class ShardRecords {
  readonly tally = new Tally();
  /** The first stylized record. */
  readonly sample: StylizedRecord[] = [];

  constructor(
    private readonly items: Iterable<PlanItem>,
    private readonly records: RecordIndex,
  ) {}

  async *all(): AsyncGenerator<PlacedRecord> {
    const reader = new RecordReader();
    try {
      for (const item of this.items) {
        const found = this.records.get(item.id);
        if (!found) {
          this.tally.addPending(item.label);
          continue;
        }
        const record = asPlanned(await reader.read(found), item);
        this.tally.addRecord(record, splitOfFile(fileOf(record))[0]);
        if (this.sample.length === 0 && isStylized(record)) this.sample.push(record);
        yield { index: item.index, record };
      }
    } finally {
      await reader.close();
    }
  }
}
