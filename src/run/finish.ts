/** Leaves a dataset behind: manifest, metadata, contact sheet, card, summary, in this order. @module */
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { datasetCard } from '../dataset/card/card.js';
import { readJournals } from '../dataset/ledger/journal.js';
import { compileManifest } from '../dataset/ledger/manifest.js';
import { mergeRecords } from '../dataset/ledger/merge-records.js';
import type { ItemRecord } from '../dataset/ledger/record.js';
import type { Counts } from '../dataset/ledger/tally.js';
import { readOutputJob } from '../dataset/output-job.js';
import { outputPaths } from '../dataset/output-paths.js';
import { dropMissing } from '../dataset/output-status.js';
import { type DatasetSummary, publishSummary, readSummary, summarize } from '../dataset/summary.js';
import { publishFile } from '../files/publish.js';
import type { Plan } from '../plan/plan.js';
import { writeContactSheet } from '../report/contact-sheet.js';
import { sheetRows } from '../report/dataset-rows.js';
import { chooseSheetRows } from '../report/sheet-rows.js';
import { packageVersion } from '../version.js';
import { plannedOutput } from './planned-output.js';
import type { Prepared } from './prepare.js';

const mostSheetRows = 24;
const sampledRecords = 6;

/**
 * Compiles what the journals and the folder hold into a dataset; also a partial one, whose summary says so.
 * @param earlier records of what the folder held before the run
 */
export async function finishDataset(
  prepared: Prepared,
  startedAt: Date,
  earlier: ReadonlyMap<string, ItemRecord>,
): Promise<{ counts: Counts; contactSheet: string | undefined }> {
  const { job, plan } = prepared;
  const { root } = job.output;
  const paths = outputPaths(root);
  const records = new Map(earlier);
  mergeRecords(records, (await readJournals(paths.journalsFolder)).values());
  // A journal of an earlier run may know an image that is gone by now.
  await dropMissing(root, records);
  const compiled = await compileManifest({ root, items: plan.items(), records, earlier: earlier.values() });
  const sample = chooseSheetRows(inPlanOrder(plan, records), mostSheetRows);
  const { temporaryFolder } = paths;
  const files: Record<string, string> = {};
  if (sample.length > 0) {
    const folders = { contentRoot: job.content.root, styleRoot: job.style.root, outputRoot: root };
    const sheet = await writeContactSheet(paths.contactSheet, sheetRows(folders, sample), {
      temporaryFolder,
    });
    files[basename(paths.contactSheet)] = sheet.sha256;
  }
  const { job: decisive, planDigest } = plannedOutput(prepared);
  const facts = {
    wildstyle: packageVersion(),
    job: decisive,
    earlierJobs: await earlierJobsOf(root),
    environment: environment(sample),
    startedAt,
    finishedAt: new Date(),
    planDigest,
    compiled,
  };
  const card = datasetCard({
    name: basename(root),
    summary: summarize(facts),
    sample: sample.slice(0, sampledRecords),
  });
  files[basename(paths.card)] = (await publishFile(paths.card, card, { temporaryFolder })).sha256;
  await publishSummary(root, summarize({ ...facts, files }));
  return { counts: compiled.counts, contactSheet: sample.length > 0 ? paths.contactSheet : undefined };
}

/** As the workers finished them, records come in no order that two runs would share. */
function* inPlanOrder(plan: Plan, records: ReadonlyMap<string, ItemRecord>): Generator<ItemRecord> {
  for (const { id } of plan.items()) {
    const record = records.get(id);
    if (record) yield record;
  }
}

async function earlierJobsOf(root: string): Promise<DatasetSummary['earlierJobs']> {
  const known = (await readOutputJob(root)) ?? (await readSummary(root));
  return known?.earlierJobs ?? [];
}

function environment(records: readonly ItemRecord[]): Record<string, unknown> {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    engine: records[0]?.engine ?? null,
  };
}
