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
} from '../../dataset/summary.js';
import { sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { writeDatasetSheet } from '../../report/dataset-sheet.js';
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
}

/**
 * Publishes the files of a dataset after its manifest.
 * @returns the path of the contact sheet, if there is something to show
 */
export async function publishDataset(
  dataset: CompiledDataset,
  fileSystem: FileSystem,
): Promise<string | undefined> {
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
  return sheet.path;
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
