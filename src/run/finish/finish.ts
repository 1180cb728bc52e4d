/** Writes the files of a dataset: manifest, metadata, card and summary, and then what there is to look at. @module */
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { asPlanned, compileManifest } from '../../dataset/ledger/manifest.js';
import type { ItemRecord, StylizedRecord } from '../../dataset/ledger/record.js';
import type { IndexedRecord, RecordIndex } from '../../dataset/ledger/record-index.js';
import { RecordReader, readRecords } from '../../dataset/ledger/record-reader.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { dropMissing } from '../../dataset/output-status.js';
import type { DatasetSummary } from '../../dataset/summary.js';
import type { FileSystem } from '../../files/file-system.js';
import { sweepTemporaryFiles } from '../../files/publish.js';
import type { PlanItem } from '../../plan/item.js';
import { defaultSheetRows } from '../../report/dataset-sheet.js';
import { chooseSheetRows } from '../../report/sheet-rows.js';
import { plannedOutput } from '../preparing/planned-output.js';
import type { Prepared } from '../preparing/prepare.js';
import { environmentOf } from './environment.js';
import { lastRunOf, type WorkersTime } from './last-run.js';
import { type Overviews, type OverviewWishes, writeOverviews } from './overviews.js';
import { publishDataset } from './publish-dataset.js';

/**
 * Compiles the journals and the images in the folder into a dataset. If items are pending, its summary is `partial`.
 * @param fileSystem writes only while the run holds the lock
 */
export async function finishDataset(
  prepared: Prepared,
  startedAt: Date,
  time: WorkersTime,
  fileSystem: FileSystem,
): Promise<Overviews & { readonly counts: Counts }> {
  const { job } = prepared;
  const { root } = job.output;
  const { journalsFolder, temporaryFolder } = outputPaths(root);
  // Workers that were killed leave some.
  await sweepTemporaryFiles(temporaryFolder, fileSystem);
  const { records } = await readJournals(journalsFolder);
  // A journal of an earlier run may list an image that has since been deleted.
  await dropMissing(root, records);
  const compiled = await compile(prepared, records, fileSystem);
  const { job: decisive, planDigest } = plannedOutput(prepared);
  const published = await publishDataset(
    {
      root,
      compiled,
      shown: await sampleOf(prepared, records),
      job: decisive,
      planDigest,
      roots: rootsOf(prepared),
      startedAt,
      environmentOf: (sample) => environmentOf(sample, prepared),
      lastRun: lastRunOf(compiled.counts, job.run, time),
      wishes: job.run,
    },
    fileSystem,
  );
  return { counts: compiled.counts, ...published };
}

/** Writes overviews that a complete dataset lacks, for example because the disk was full. The caller holds the lock. */
export async function addOverviews(
  prepared: Prepared,
  { summary, records }: { readonly summary: DatasetSummary; readonly records: RecordIndex },
  wishes: OverviewWishes,
  fileSystem: FileSystem,
): Promise<Overviews> {
  const { root } = prepared.job.output;
  const shown = wishes.contactSheet ? await sampleOf(prepared, records) : [];
  return writeOverviews({ root, shown, roots: rootsOf(prepared), wishes }, summary, fileSystem);
}

const rootsOf = ({ job }: Prepared) => ({ content: job.content.root, style: job.style.root });

/** Writes manifest and metadata, reading one record at a time. */
async function compile({ job, plan }: Prepared, records: RecordIndex, fileSystem: FileSystem) {
  const reader = new RecordReader();
  const taken = new Set<string>();
  try {
    return await compileManifest({
      root: job.output.root,
      items: plan.items(),
      records: {
        get(id): Promise<ItemRecord> | undefined {
          taken.add(id);
          const place = records.get(id);
          return place && reader.read(place);
        },
      },
      earlier: (async function* () {
        for (const place of records.values()) if (!taken.has(place.id)) yield await reader.read(place);
      })(),
      fileSystem,
    });
  } finally {
    await reader.close();
  }
}

/** Chooses the records that sheet and card show, and reads them. Their sources may have been renamed since. */
async function sampleOf(prepared: Prepared, records: RecordIndex): Promise<StylizedRecord[]> {
  const chosen = chooseSheetRows(inManifestOrder(prepared, records), defaultSheetRows);
  const ids = new Set(chosen.map(({ id }) => id));
  const planned = new Map<string, PlanItem>();
  for (const item of prepared.plan.items()) if (ids.has(item.id)) planned.set(item.id, item);
  const sample: StylizedRecord[] = [];
  for await (const record of readRecords(chosen)) {
    const item = planned.get(record.id);
    sample.push((item ? asPlanned(record, item) : record) as StylizedRecord);
  }
  return sample;
}

/** The records in manifest order: those of the plan, then those of earlier plans. Workers finish items in no particular order. */
function* inManifestOrder({ plan }: Prepared, records: RecordIndex): Generator<IndexedRecord> {
  const planned = new Set<string>();
  for (const { id } of plan.items()) {
    const record = records.get(id);
    if (!record) continue;
    planned.add(id);
    yield record;
  }
  for (const record of records.values()) if (!planned.has(record.id)) yield record;
}
