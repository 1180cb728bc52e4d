/** Checks a dataset against its manifest. @module */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';
import { sha256OfFile } from '../../files/digest.js';
import { findJournals } from '../ledger/journals/journal-files.js';
import { manifestSource } from '../ledger/manifest-copy.js';
import { writerOf } from '../lock.js';
import { noDataset } from '../output-job.js';
import { outputPaths } from '../output-paths.js';
import { findShards } from '../shards/shard-folders.js';
import { readStatus } from '../status/status-file.js';
import type { Writer } from '../writer.js';
import type { DatasetProblem } from './dataset-problem.js';
import { findLeaks, type LeakSearch } from './leaks/leaks.js';
import { declaredFileProblems, extraFiles, linkProblems } from './verify-files.js';
import { checkManifest } from './verify-manifest.js';
import { readableSummary, summaryProblems } from './verify-summary.js';

export type { DatasetProblem, DatasetProblemCode } from './dataset-problem.js';

/** The result of verification. */
export interface Verification {
  /** Number of checked images. */
  readonly checked: number;
  /** Number of items that are not made yet, according to `dataset.json`. */
  readonly pending: number;
  /** The run that is writing to the folder, if any. Files may differ until it ends. */
  readonly writer: Writer | undefined;
  /** Problems of images in manifest order, then problems of other files. Empty if everything matches. */
  readonly problems: readonly DatasetProblem[];
  /** What was searched for leaks; only if that was asked for. Its problems are among the others. */
  readonly leaks?: Omit<LeakSearch, 'problems'>;
}

/** Options of verification. */
export interface VerifyOptions {
  /** Also search for photographs, groups, near duplicates and styles in two splits. */
  readonly leaks?: boolean;
  /** The caller holds the lock of the folder: nobody else is writing. */
  readonly isLocked?: boolean;
  /** Called after every few images. `total` comes from `dataset.json`, if it can be read. */
  readonly onProgress?: (progress: { readonly checked: number; readonly total: number | undefined }) => void;
}

/**
 * Rehashes every image of a dataset and compares it with its record; finds files without a record; compares the metadata
 * of the splits and `dataset.json` with the manifest. Keeps the file names and a few images in memory.
 * @throws `dataset-invalid` if the folder is not a dataset: it has neither a manifest nor a summary, and no run has written them
 */
export async function verifyDataset(root: string, options: VerifyOptions = {}): Promise<Verification> {
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) {
    const what = found ? 'is not a folder' : 'does not exist';
    throw new WildstyleError('dataset-invalid', `${root} ${what}.`, {
      cure: 'Give the folder of a wildstyle dataset.',
    });
  }
  const { summary, isAsWritten, problem: summaryProblem } = await readableSummary(root);
  const pending = summary?.counts.pending ?? 0;
  const writer = options.isLocked ? undefined : await writerOf(root);
  const manifestPath = outputPaths(root).manifest;
  const isSummarized = summary !== undefined || summaryProblem !== undefined;
  if (!existsSync(manifestPath)) {
    if (!isSummarized && (writer || !(await wasFinished(root))))
      throw noDataset(root, 'manifest.jsonl', writer);
    const problems = [await missingManifest(root)];
    if (summaryProblem) problems.push(summaryProblem);
    else if (!summary)
      problems.push({ code: 'summary-differs', file: 'dataset.json', message: 'is missing' });
    return { checked: 0, pending, writer, problems };
  }
  const onChecked = (checked: number) => options.onProgress?.({ checked, total: summary?.counts.complete });
  const { checked, counts, result, files, problems } = await checkManifest(root, summary, onChecked);
  for (const file of Object.keys(summary?.digests.files ?? {})) files.add(file);
  for await (const problem of extraFiles(root, files)) problems.push(problem);
  for await (const problem of declaredFileProblems(root, summary)) problems.push(problem);
  for await (const problem of linkProblems(root, summary)) problems.push(problem);
  const digests = { manifest: await sha256OfFile(manifestPath), result };
  if (summaryProblem) problems.push(summaryProblem);
  else problems.push(...summaryProblems(summary, isAsWritten, counts, digests));
  if (!options.leaks) return { checked, pending, writer, problems };
  const { problems: leaked, ...leaks } = await findLeaks(root, summary);
  return { checked, pending, writer, problems: [...problems, ...leaked], leaks };
}

/** Whether a folder without manifest and summary had them. Until a run writes them, its journals count. */
async function wasFinished(root: string): Promise<boolean> {
  const paths = outputPaths(root);
  const { isSettled } = await findJournals(paths.journalsFolder);
  if (isSettled || !existsSync(paths.outputJob) || (await findShards(root)).length > 0) return false;
  return existsSync(paths.manifestCopy) || (await readStatus(root))?.state === 'complete';
}

async function missingManifest(root: string): Promise<DatasetProblem> {
  const paths = outputPaths(root);
  const { isSettled } = await findJournals(paths.journalsFolder);
  const message =
    isSettled || manifestSource(paths)
      ? 'is missing; its records are in .wildstyle too, and a repair takes them from there'
      : 'is missing, and so is its copy in .wildstyle: a repair makes all images anew';
  return { code: 'file-missing', file: 'manifest.jsonl', message };
}
