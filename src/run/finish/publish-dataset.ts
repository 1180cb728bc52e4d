/** Publishes what belongs to a manifest: card and summary, and then what there is to look at. @module */
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
import { packageVersion } from '../../version.js';
import { isReplaced, type OverviewSources, type Overviews, writeOverviews } from './overviews.js';

/** A compiled manifest, and what is known about how it came about. */
export interface CompiledDataset extends OverviewSources {
  readonly compiled: CompiledManifest;
  /** The job without `run`, as plain JSON. */
  readonly job: Readonly<Record<string, unknown>>;
  readonly planDigest: string;
  readonly startedAt: Date;
  /** Describes the environment, given a few records. */
  readonly environmentOf: (sample: readonly StylizedRecord[]) => Record<string, unknown>;
  /** Default: nothing is known of it. */
  readonly lastRun?: DatasetSummary['lastRun'];
}

/** Publishes the files of a dataset after its manifest: first those that it needs to be one, then those to look at. */
export async function publishDataset(dataset: CompiledDataset, fileSystem: FileSystem): Promise<Overviews> {
  const { root, compiled, job, planDigest, startedAt, shown } = dataset;
  const before = await readSummary(root);
  const facts = {
    wildstyle: packageVersion(),
    job,
    earlierJobs: ((await readOutputJob(root)) ?? before)?.earlierJobs ?? [],
    environment: dataset.environmentOf(shown),
    startedAt,
    finishedAt: new Date(),
    planDigest,
    compiled,
    lastRun: dataset.lastRun,
  };
  const card = await publishCard(root, summarize(facts), shown, fileSystem);
  // Existing exports remain part of the dataset.
  const remaining = before ? declaredFiles(root, before) : {};
  const exports = remainingExports(before, remaining);
  const kept = Object.entries(remaining).filter(([file]) => !isReplaced(file, dataset));
  const files = { ...Object.fromEntries(kept), ...card, ...(await splitsFile(root)) };
  const summary = summarize({ ...facts, files, exports });
  await publishSummary(root, summary, fileSystem);
  return writeOverviews(dataset, summary, fileSystem);
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
