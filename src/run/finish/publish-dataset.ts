/** Publishes what belongs to a manifest: contact sheet, card and summary, in this order. @module */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { publishCard } from '../../dataset/card/publish-card.js';
import type { CompiledManifest } from '../../dataset/ledger/manifest.js';
import type { StylizedRecord } from '../../dataset/ledger/record.js';
import { readOutputJob } from '../../dataset/output-job.js';
import { exportsFolderName, outputPaths } from '../../dataset/output-paths.js';
import {
  type DatasetSummary,
  declaredFiles,
  publishSummary,
  readSummary,
  summarize,
  withFiles,
} from '../../dataset/summary.js';
import { sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { writeDatasetSheet } from '../../report/dataset-sheet.js';
import { outdatedReportFiles, removeEarlierSheets, writeReport } from '../../report/page/write-report.js';
import type { ByRole } from '../../stylize/role.js';
import { packageVersion } from '../../version.js';

/** A compiled manifest, and what is known about how it came about. */
export interface CompiledDataset {
  readonly root: string;
  readonly compiled: CompiledManifest;
  /** The records of the contact sheet. */
  readonly shown: readonly StylizedRecord[];
  /** The job without `run`, as plain JSON. */
  readonly job: Readonly<Record<string, unknown>>;
  readonly planDigest: string;
  /** The folders of the sources. */
  readonly roots: ByRole<string>;
  readonly startedAt: Date;
  /** Describes the environment, given a few records. */
  readonly environmentOf: (sample: readonly StylizedRecord[]) => Record<string, unknown>;
  /** Default: nothing is known of it. */
  readonly lastRun?: DatasetSummary['lastRun'];
  /** Whether to write the report. */
  readonly hasReport: boolean;
}

/** What there is to look at, as paths. */
export interface PublishedDataset {
  /** Undefined if there is nothing to show. */
  readonly contactSheet: string | undefined;
  readonly report: string | undefined;
}

/** The report of a run shows all of so many images; of more, a part, so that the run ends within a few seconds. */
const mostShownWhole = 2000;
const shownPart = 1000;

/** Publishes the files of a dataset after its manifest. */
export async function publishDataset(
  dataset: CompiledDataset,
  fileSystem: FileSystem,
): Promise<PublishedDataset> {
  const { root, compiled, job, planDigest, startedAt } = dataset;
  const sheet = await writeDatasetSheet(root, dataset.roots, dataset.shown, fileSystem);
  const before = await readSummary(root);
  const facts = {
    wildstyle: packageVersion(),
    job,
    earlierJobs: ((await readOutputJob(root)) ?? before)?.earlierJobs ?? [],
    environment: dataset.environmentOf(sheet.sample),
    startedAt,
    finishedAt: new Date(),
    planDigest,
    compiled,
    lastRun: dataset.lastRun,
  };
  const card = await publishCard(root, summarize(facts), sheet.sample, fileSystem);
  // Existing exports remain part of the dataset.
  const remaining = before ? declaredFiles(root, before) : {};
  const exports = remainingExports(before, remaining);
  const files = { ...remaining, ...sheet.files, ...card, ...(await splitsFile(root)) };
  const summary = summarize({ ...facts, files, exports });
  if (!dataset.hasReport) {
    await publishSummary(root, summary, fileSystem);
    return { contactSheet: sheet.path, report: undefined };
  }
  const { complete, failed } = summary.counts;
  const atMost = complete + failed > mostShownWhole ? shownPart : mostShownWhole;
  const report = await writeReport(root, summary, { atMost, fileSystem });
  const outdated = before ? outdatedReportFiles(before, report) : [];
  await publishSummary(root, withFiles(summary, report.files, outdated), fileSystem);
  await removeEarlierSheets(root, report.files, fileSystem);
  return { contactSheet: sheet.path, report: report.path };
}

async function splitsFile(root: string): Promise<Record<string, string>> {
  const { splits } = outputPaths(root);
  return existsSync(splits) ? { [basename(splits)]: await sha256OfFile(splits) } : {};
}

/** Exports whose files all exist still. */
function remainingExports(before: DatasetSummary | undefined, files: object): Record<string, string> {
  const lost = Object.keys(before?.digests.files ?? {}).filter((file) => !Object.hasOwn(files, file));
  const whole = Object.entries(before?.exports ?? {}).filter(
    ([name]) => !lost.some((file) => file.startsWith(`${exportsFolderName}/${name}/`)),
  );
  return Object.fromEntries(whole);
}
