/** Leaves a dataset behind: manifest, metadata, contact sheet, card, summary, in this order. @module */
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { datasetCard } from '../dataset/card.js';
import { readJournals } from '../dataset/journal.js';
import { outputLayout } from '../dataset/layout.js';
import { compileManifest } from '../dataset/manifest.js';
import { mergeRecords } from '../dataset/merge.js';
import { publishFile } from '../dataset/publish.js';
import type { ItemRecord } from '../dataset/record.js';
import { readStartedJob } from '../dataset/started.js';
import { dropMissing } from '../dataset/state.js';
import { type DatasetSummary, publishSummary, readSummary, summarize } from '../dataset/summary.js';
import type { Counts } from '../dataset/tally.js';
import type { Plan } from '../plan/plan.js';
import { writeContactSheet } from '../report/contact-sheet.js';
import { sheetRows } from '../report/dataset-rows.js';
import { chooseSheetRows } from '../report/sheet-rows.js';
import { packageVersion } from '../version.js';
import { intendedOutput } from './intended.js';
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
  const layout = outputLayout(root);
  const records = new Map(earlier);
  mergeRecords(records, (await readJournals(layout.journalsFolder)).values());
  // A journal of an earlier run may know an image that is gone by now.
  await dropMissing(root, records);
  const compiled = await compileManifest({ root, items: plan.items(), records, earlier: earlier.values() });
  const sample = chooseSheetRows(inPlanOrder(plan, records), mostSheetRows);
  const { temporaryFolder } = layout;
  const files: Record<string, string> = {};
  if (sample.length > 0) {
    const folders = { contentRoot: job.content.root, styleRoot: job.style.root, outputRoot: root };
    const sheet = await writeContactSheet(layout.contactSheet, sheetRows(folders, sample), {
      temporaryFolder,
    });
    files[basename(layout.contactSheet)] = sheet.sha256;
  }
  const { job: decisive, planDigest } = intendedOutput(prepared);
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
  files[basename(layout.card)] = (await publishFile(layout.card, card, { temporaryFolder })).sha256;
  await publishSummary(root, summarize({ ...facts, files }));
  return { counts: compiled.counts, contactSheet: sample.length > 0 ? layout.contactSheet : undefined };
}

/** As the workers finished them, records come in no order that two runs would share. */
function* inPlanOrder(plan: Plan, records: ReadonlyMap<string, ItemRecord>): Generator<ItemRecord> {
  for (const { id } of plan.items()) {
    const record = records.get(id);
    if (record) yield record;
  }
}

async function earlierJobsOf(root: string): Promise<DatasetSummary['earlierJobs']> {
  const known = (await readStartedJob(root)) ?? (await readSummary(root));
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
