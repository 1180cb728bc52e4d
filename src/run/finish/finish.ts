/** Writes the files of a dataset: manifest, metadata, contact sheet, card and summary, in this order. @module */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { publishCard } from '../../dataset/card/publish-card.js';
import { readJournals } from '../../dataset/ledger/journals/read-journals.js';
import { asPlanned, compileManifest } from '../../dataset/ledger/manifest.js';
import type { ItemRecord, StylizedRecord } from '../../dataset/ledger/record.js';
import type { IndexedRecord, RecordIndex } from '../../dataset/ledger/record-index.js';
import { RecordReader, readRecords } from '../../dataset/ledger/record-reader.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import { readOutputJob } from '../../dataset/output-job.js';
import { exportsFolderName, outputPaths } from '../../dataset/output-paths.js';
import { dropMissing } from '../../dataset/output-status.js';
import {
  type DatasetSummary,
  declaredFiles,
  publishSummary,
  readSummary,
  summarize,
} from '../../dataset/summary.js';
import { sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { sweepTemporaryFiles } from '../../files/publish.js';
import type { PlanItem } from '../../plan/item.js';
import { defaultSheetRows, writeDatasetSheet } from '../../report/dataset-sheet.js';
import { chooseSheetRows } from '../../report/sheet-rows.js';
import { packageVersion } from '../../version.js';
import { plannedOutput } from '../planned-output.js';
import type { Prepared } from '../prepare.js';
import { environmentOf } from './environment.js';

/**
 * Compiles the journals and the images in the folder into a dataset. If items are pending, its summary is `partial`.
 * @param fileSystem writes only while the run holds the lock
 */
export async function finishDataset(
  prepared: Prepared,
  startedAt: Date,
  fileSystem: FileSystem,
): Promise<{ counts: Counts; contactSheet: string | undefined }> {
  const { job } = prepared;
  const { root } = job.output;
  const { journalsFolder, temporaryFolder } = outputPaths(root);
  // Workers that were killed leave some.
  await sweepTemporaryFiles(temporaryFolder, fileSystem);
  const { records } = await readJournals(journalsFolder);
  // A journal of an earlier run may list an image that has since been deleted.
  await dropMissing(root, records);
  const compiled = await compile(prepared, records, fileSystem);
  const roots = { content: job.content.root, style: job.style.root };
  const sheet = await writeDatasetSheet(root, roots, await sampleOf(prepared, records), fileSystem);
  const before = await readSummary(root);
  const { job: decisive, planDigest } = plannedOutput(prepared);
  const facts = {
    wildstyle: packageVersion(),
    job: decisive,
    earlierJobs: ((await readOutputJob(root)) ?? before)?.earlierJobs ?? [],
    environment: environmentOf(sheet.sample),
    startedAt,
    finishedAt: new Date(),
    planDigest,
    compiled,
  };
  const card = await publishCard(root, summarize(facts), sheet.sample, fileSystem);
  // Existing exports remain part of the dataset.
  const files = {
    ...(before && declaredFiles(root, before)),
    ...sheet.files,
    ...card,
    ...(await splitsFile(root)),
  };
  const summary = summarize({ ...facts, files, exports: remainingExports(before, files) });
  await publishSummary(root, summary, fileSystem);
  return { counts: compiled.counts, contactSheet: sheet.path };
}

async function splitsFile(root: string): Promise<Record<string, string>> {
  const { splits } = outputPaths(root);
  return existsSync(splits) ? { [basename(splits)]: await sha256OfFile(splits) } : {};
}

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

/** Exports whose files all exist still. */
function remainingExports(before: DatasetSummary | undefined, files: object): Record<string, string> {
  const lost = Object.keys(before?.digests.files ?? {}).filter((file) => !Object.hasOwn(files, file));
  const whole = Object.entries(before?.exports ?? {}).filter(
    ([name]) => !lost.some((file) => file.startsWith(`${exportsFolderName}/${name}/`)),
  );
  return Object.fromEntries(whole);
}
