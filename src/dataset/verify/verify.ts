/** Checks a dataset against its manifest. @module */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { WildstyleError } from '../../errors.js';
import { sha256OfFile } from '../../files/digest.js';
import { findJournals } from '../ledger/journals/journal-files.js';
import { type FoundManifest, findManifest } from '../ledger/manifest-copy.js';
import type { Counts } from '../ledger/tally.js';
import { writerOf } from '../lock.js';
import { noDataset } from '../output-job.js';
import { outputPaths } from '../output-paths.js';
import { findShards } from '../shards/shard-folders.js';
import { readStatus } from '../status/status-file.js';
import type { DatasetSummary } from '../summary.js';
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
 * of the splits and `dataset.json` with the manifest. If the manifest was altered and its copy was not, everything is
 * compared with the copy. Keeps the file names and a few images in memory.
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
    const problems = [await missingManifest(root, summary)];
    if (summaryProblem) problems.push(summaryProblem);
    else if (!summary)
      problems.push({ code: 'summary-differs', file: 'dataset.json', message: 'is missing' });
    return { checked: 0, pending, writer, problems };
  }
  const onChecked = (checked: number) => options.onProgress?.({ checked, total: summary?.counts.complete });
  const known = await findManifest(outputPaths(root), summary?.digests.manifest);
  const source = known.isIntact && known.path !== undefined ? known.path : manifestPath;
  const { checked, counts, result, files, problems } = await checkManifest(root, source, summary, onChecked);
  for (const file of Object.keys(summary?.digests.files ?? {})) files.add(file);
  for await (const problem of extraFiles(root, files)) problems.push(problem);
  for await (const problem of declaredFileProblems(root, summary)) problems.push(problem);
  for await (const problem of linkProblems(root, summary)) problems.push(problem);
  // The copy may stand in for what is no file at all.
  const written = sha256OfFile(manifestPath).catch((error) =>
    known.isIntact ? 'unreadable' : Promise.reject(error),
  );
  const digests = { manifest: await written, result };
  if (summaryProblem) problems.push(summaryProblem);
  else
    for (const problem of summaryProblems(summary, isAsWritten, counts, digests)) {
      const isAltered = problem.code === 'manifest-altered';
      const outlook = isAltered ? await recordsLeft(root, known, manifestPath, counts) : '';
      problems.push({ ...problem, message: problem.message + outlook });
    }
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

async function missingManifest(root: string, summary: DatasetSummary | undefined): Promise<DatasetProblem> {
  const paths = outputPaths(root);
  const sha256 = summary?.digests.manifest;
  const { isSettled } = await findJournals(paths.journalsFolder);
  const { path, isIntact } = await findManifest(paths, sha256);
  const problem = { code: 'file-missing' as const, file: 'manifest.jsonl' };
  if (isSettled || isIntact || (path && sha256 === undefined)) {
    const message = 'is missing; its records are in .wildstyle too, and a repair takes them from there';
    return { ...problem, message };
  }
  if (path) {
    const message = 'is missing, and its copy in .wildstyle was altered: a repair remakes what it lacks';
    return { ...problem, message };
  }
  const message = 'is missing, and so is its copy in .wildstyle: a repair remakes all images';
  return { ...problem, message };
}

/** Says what a repair can rely on where the manifest was altered. */
async function recordsLeft(
  root: string,
  known: FoundManifest,
  manifest: string,
  { items }: Counts,
): Promise<string> {
  const { isSettled } = await findJournals(outputPaths(root).journalsFolder);
  if (isSettled || known.isIntact)
    return '; its records are in .wildstyle too, and a repair takes them from there';
  const what =
    items === 0 && known.path === manifest ? 'all images' : 'every image whose record is altered or missing';
  return `; there is no intact copy in .wildstyle: a repair remakes ${what}`;
}
