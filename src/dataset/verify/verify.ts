/** Checking that a dataset is what its manifest says. @module */
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import { mapConcurrently } from '../../files/concurrency.js';
import { sha256InPieces, sha256OfFile } from '../../files/digest.js';
import { type ManifestLine, manifestLines } from '../ledger/manifest.js';
import type { ItemRecord } from '../ledger/record.js';
import { formatStableRecord } from '../ledger/record-line.js';
import { type Counts, Tally } from '../ledger/tally.js';
import { noDataset } from '../output-job.js';
import { outputPaths, splitMetadataName, splitOfFile, workFolderName } from '../output-paths.js';
import { type DatasetSummary, readSummary, summaryDigest } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';
import { imageProblem, staysInside } from './verify-image.js';
import { MetadataCheck } from './verify-metadata.js';

export type { DatasetProblem, DatasetProblemCode } from './dataset-problem.js';

/** What was found. */
export interface Verification {
  /** Images that were looked at. */
  readonly checked: number;
  /** Items that are not made yet, as `dataset.json` tells. */
  readonly pending: number;
  /** Images in the order of the manifest, then what concerns whole files. Empty: all as recorded. */
  readonly problems: readonly DatasetProblem[];
}

/** How a dataset is verified. */
export interface VerifyOptions {
  /** Called after every few images; `total` where `dataset.json` tells it. */
  readonly onProgress?: (progress: { readonly checked: number; readonly total: number | undefined }) => void;
}

const imagesAtOnce = 8;
const recordsAtOnce = 64;

/**
 * Re-hashes every image of a dataset and compares it with its record; looks for files that no record has; compares the
 * metadata of the splits and `dataset.json` with the manifest. In memory: the file names, and a few images at a time.
 * @throws `dataset-invalid` when the folder is no dataset: it has neither a manifest nor a summary
 */
export async function verifyDataset(root: string, options: VerifyOptions = {}): Promise<Verification> {
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) {
    const what = found ? 'is not a folder' : 'does not exist';
    throw new WildstyleError('dataset-invalid', `${root} ${what}.`, {
      cure: 'Name the folder of a dataset that wildstyle made.',
    });
  }
  const { summary, isAsWritten, problem: summaryProblem } = await readableSummary(root);
  const pending = summary?.counts.pending ?? 0;
  const manifestPath = outputPaths(root).manifest;
  const isSummarized = summary !== undefined || summaryProblem !== undefined;
  if (!existsSync(manifestPath)) {
    if (!isSummarized) throw noDataset(root, 'manifest.jsonl');
    return {
      checked: 0,
      pending,
      problems: [{ code: 'file-missing', file: 'manifest.jsonl', message: 'is not there' }],
    };
  }
  const metadata = new MetadataCheck(root);
  const tally = new Tally();
  const result = sha256InPieces();
  const files = new Set<string>();
  const problems: DatasetProblem[] = [];
  let checked = 0;
  const intact = (async function* () {
    for await (const line of manifestLines(root)) {
      const { record, problem } = readableRecord(line);
      if (record) yield record;
      else problems.push(problem);
    }
  })();
  for await (const records of inGroups(intact, recordsAtOnce)) {
    const complete = records.filter(({ status }) => status === 'complete');
    const found = await mapConcurrently(complete, (record) => imageProblem(root, record), imagesAtOnce);
    problems.push(...found.filter((problem) => problem !== undefined));
    for (const record of records) {
      tally.addRecord(record, splitOfFile(record.file ?? '')[0]);
      result.update(formatStableRecord(record));
    }
    for (const record of complete) {
      files.add(record.file ?? '');
      await metadata.add(record);
    }
    checked += complete.length;
    options.onProgress?.({ checked, total: summary?.counts.complete });
  }
  await metadata.finish();
  problems.push(...metadata.problems);
  for await (const problem of extraFiles(root, files)) problems.push(problem);
  for await (const problem of besideProblems(root, summary)) problems.push(problem);
  const manifest = await sha256OfFile(manifestPath);
  const digests = { manifest, result: result.digest('hex') };
  if (summaryProblem) problems.push(summaryProblem);
  else problems.push(...summaryProblems(summary, isAsWritten, tally.counts(), digests));
  return { checked, pending, problems };
}

interface ReadableSummary {
  readonly summary?: DatasetSummary | undefined;
  /** Whether the file has the very text of its content. */
  readonly isAsWritten: boolean;
  readonly problem?: DatasetProblem;
}

/** The summary, or what keeps it from being read. */
async function readableSummary(root: string): Promise<ReadableSummary> {
  try {
    const summary = await readSummary(root);
    return { summary, isAsWritten: !summary || (await isWrittenByUs(outputPaths(root).summary)) };
  } catch (error) {
    const { message } = asWildstyleError(error);
    return { isAsWritten: false, problem: { code: 'summary-differs', file: 'dataset.json', message } };
  }
}

/** White space and keys given twice are in no digest. */
async function isWrittenByUs(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8');
  return text === `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

/** The record of a line, or what is wrong with it. */
function readableRecord(
  line: ManifestLine,
):
  | { readonly record: ItemRecord; readonly problem?: never }
  | { readonly record?: never; readonly problem: DatasetProblem } {
  try {
    return { record: line.record() };
  } catch (error) {
    const { message } = asWildstyleError(error);
    return { problem: { code: 'record-invalid', file: 'manifest.jsonl', message } };
  }
}

async function* inGroups(records: AsyncIterable<ItemRecord>, size: number): AsyncGenerator<ItemRecord[]> {
  let group: ItemRecord[] = [];
  for await (const record of records) {
    group.push(record);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  yield group;
}

/** The files that a run wrote beside the splits; what else lies there is nobody's business. */
async function* besideProblems(
  root: string,
  summary: DatasetSummary | undefined,
): AsyncGenerator<DatasetProblem> {
  for (const [file, sha256] of Object.entries(summary?.digests.files ?? {})) {
    if (staysInside(file)) yield* besideFileProblem(root, file, sha256);
    else yield { code: 'summary-differs', file: 'dataset.json', message: `names the file ${file}` };
  }
}

async function* besideFileProblem(
  root: string,
  file: string,
  sha256: string,
): AsyncGenerator<DatasetProblem> {
  const path = join(root, file);
  try {
    if ((await lstat(path)).isSymbolicLink()) {
      yield { code: 'file-altered', file, message: 'it is a link, where a file was published' };
      return;
    }
    const digest = await sha256OfFile(path);
    if (digest !== sha256)
      yield { code: 'file-altered', file, message: `sha256 ${digest}, recorded ${sha256}` };
  } catch (error) {
    yield { code: 'file-missing', file, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Whatever lies in a split and is neither a recorded image nor the split's metadata. */
async function* extraFiles(root: string, recorded: ReadonlySet<string>): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== workFolderName);
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    yield* extraFilesBelow(root, name, `${name}/${splitMetadataName}`, recorded);
  }
}

async function* extraFilesBelow(
  root: string,
  folder: string,
  metadata: string,
  recorded: ReadonlySet<string>,
): AsyncGenerator<DatasetProblem> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  if (entries.length === 0) {
    yield { code: 'file-extra', file: folder, message: 'it is empty, and loaders take it for a class' };
  }
  for (const entry of entries) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* extraFilesBelow(root, file, metadata, recorded);
    else if (file !== metadata && !recorded.has(file))
      yield { code: 'file-extra', file, message: 'no record has this file' };
  }
}

function summaryProblems(
  summary: DatasetSummary | undefined,
  isAsWritten: boolean,
  counts: Counts,
  digests: Pick<DatasetSummary['digests'], 'manifest' | 'result'>,
): DatasetProblem[] {
  if (summary === undefined) {
    return [{ code: 'summary-differs', file: 'dataset.json', message: 'missing: the run has not ended' }];
  }
  const problems: DatasetProblem[] = [];
  if (summary.digests.summary !== summaryDigest(summary)) {
    const message = 'it was edited: its content has another digest than it names';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  } else if (!isAsWritten) {
    const message = 'it was edited: its white space or a key twice';
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  // An altered manifest has another result as well; that is said once.
  const altered = (['manifest', 'result'] as const).find((key) => summary.digests[key] !== digests[key]);
  if (altered) {
    const message = `${altered} digest ${digests[altered]}, in dataset.json ${summary.digests[altered]}`;
    problems.push({ code: 'manifest-altered', file: 'manifest.jsonl', message });
  }
  for (const key of comparedCounts(summary)) {
    if (isDeepStrictEqual(summary.counts[key], counts[key])) continue;
    const message = `counts.${key} is ${JSON.stringify(summary.counts[key])}, the manifest has ${JSON.stringify(counts[key])}`;
    problems.push({ code: 'summary-differs', file: 'dataset.json', message });
  }
  return problems;
}

/** What is pending is in no manifest: a partial dataset counts it in places that the manifest does not know. */
function comparedCounts({ status }: DatasetSummary): (keyof Counts)[] {
  const always = ['complete', 'failed', 'stylized', 'originals', 'errors', 'splits'] as const;
  return status === 'complete' ? [...always, 'items', 'pending', 'classes'] : [...always];
}
