/** Writes the files of a dataset: manifest, metadata, contact sheet, card and summary, in this order. @module */
import { publishCard } from '../../dataset/card/publish-card.js';
import { finishedRecords } from '../../dataset/finished-records.js';
import { compileManifest } from '../../dataset/ledger/manifest.js';
import type { ItemRecord } from '../../dataset/ledger/record.js';
import type { Counts } from '../../dataset/ledger/tally.js';
import { readOutputJob } from '../../dataset/output-job.js';
import { exportsFolderName } from '../../dataset/output-paths.js';
import {
  type DatasetSummary,
  declaredFiles,
  publishSummary,
  readSummary,
  summarize,
} from '../../dataset/summary.js';
import { writeDatasetSheet } from '../../report/dataset-sheet.js';
import { packageVersion } from '../../version.js';
import { plannedOutput } from '../planned-output.js';
import type { Prepared } from '../prepare.js';
import { environmentOf } from './environment.js';

/**
 * Compiles the journals and the images in the folder into a dataset. If items are pending, its summary is `partial`.
 * @param earlier records in the folder before the run
 */
export async function finishDataset(
  prepared: Prepared,
  startedAt: Date,
  earlier: ReadonlyMap<string, ItemRecord>,
): Promise<{ counts: Counts; contactSheet: string | undefined }> {
  const { job, plan } = prepared;
  const { root } = job.output;
  const records = await finishedRecords(root, earlier);
  const compiled = await compileManifest({ root, items: plan.items(), records, earlier: earlier.values() });
  const roots = { content: job.content.root, style: job.style.root };
  const sheet = await writeDatasetSheet(root, roots, inManifestOrder(prepared, records));
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
  const card = await publishCard(root, summarize(facts), sheet.sample);
  // Existing exports remain part of the dataset.
  const files = { ...(before && declaredFiles(root, before)), ...sheet.files, ...card };
  await publishSummary(root, summarize({ ...facts, files, exports: remainingExports(before, files) }));
  return { counts: compiled.counts, contactSheet: sheet.path };
}

/** The records in manifest order: those of the plan, then those of earlier plans. Workers finish items in no particular order. */
function* inManifestOrder(
  { plan }: Prepared,
  records: ReadonlyMap<string, ItemRecord>,
): Generator<ItemRecord> {
  const earlier = new Map(records);
  for (const { id } of plan.items()) {
    const record = records.get(id);
    if (!record) continue;
    earlier.delete(id);
    yield record;
  }
  yield* earlier.values();
}

/** Exports whose files all exist still. */
function remainingExports(before: DatasetSummary | undefined, files: object): Record<string, string> {
  const lost = Object.keys(before?.digests.files ?? {}).filter((file) => !Object.hasOwn(files, file));
  const whole = Object.entries(before?.exports ?? {}).filter(
    ([name]) => !lost.some((file) => file.startsWith(`${exportsFolderName}/${name}/`)),
  );
  return Object.fromEntries(whole);
}
