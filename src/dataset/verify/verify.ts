/** Checks a dataset against its manifest. @module */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import { mapConcurrently } from '../../files/concurrency.js';
import { sha256InPieces, sha256OfFile } from '../../files/digest.js';
import { type ManifestLine, manifestLines } from '../ledger/manifest.js';
import { fileOf, type ItemRecord, isComplete } from '../ledger/record.js';
import { stableLine } from '../ledger/record-line.js';
import { Tally } from '../ledger/tally.js';
import { type Writer, writerOf } from '../lock.js';
import { noDataset } from '../output-job.js';
import { outputPaths, splitMetadataName, splitOfFile } from '../output-paths.js';
import type { DatasetProblem } from './dataset-problem.js';
import { declaredFileProblems, extraFiles } from './verify-files.js';
import { imageProblem } from './verify-image.js';
import { MetadataCheck } from './verify-metadata.js';
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
}

/** Options of verification. */
export interface VerifyOptions {
  /** Called after every few images. `total` comes from `dataset.json`, if it can be read. */
  readonly onProgress?: (progress: { readonly checked: number; readonly total: number | undefined }) => void;
}

const imagesAtOnce = 8;
const recordsAtOnce = 64;

/**
 * Rehashes every image of a dataset and compares it with its record; finds files without a record; compares the metadata
 * of the splits and `dataset.json` with the manifest. Keeps the file names and a few images in memory.
 * @throws `dataset-invalid` if the folder is not a dataset: it has neither a manifest nor a summary
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
  const writer = await writerOf(root);
  const manifestPath = outputPaths(root).manifest;
  const isSummarized = summary !== undefined || summaryProblem !== undefined;
  if (!existsSync(manifestPath)) {
    if (!isSummarized) throw noDataset(root, 'manifest.jsonl');
    return {
      checked: 0,
      pending,
      writer,
      problems: [{ code: 'file-missing', file: 'manifest.jsonl', message: 'is missing' }],
    };
  }
  const metadata = new MetadataCheck(root, summary);
  const tally = new Tally();
  const result = sha256InPieces();
  const files = new Set<string>();
  const problems: DatasetProblem[] = [];
  let checked = 0;
  const intact = (async function* () {
    for await (const line of manifestLines(root)) {
      const { record, problem } = readableRecord(line);
      if (problem) {
        problems.push(problem);
        continue;
      }
      result.update(stableLine(line.text));
      yield record;
    }
  })();
  for await (const records of inGroups(intact, recordsAtOnce)) {
    const complete = records.filter(isComplete);
    const found = await mapConcurrently(complete, (record) => imageProblem(root, record), imagesAtOnce);
    problems.push(...found.filter((problem) => problem !== undefined));
    for (const record of records) tally.addRecord(record, splitOfFile(fileOf(record))[0]);
    for (const record of complete) {
      files.add(record.file);
      files.add(`${splitOfFile(record.file)[0]}/${splitMetadataName}`);
      await metadata.add(record);
    }
    checked += complete.length;
    options.onProgress?.({ checked, total: summary?.counts.complete });
  }
  await metadata.finish();
  problems.push(...metadata.problems);
  for (const file of Object.keys(summary?.digests.files ?? {})) files.add(file);
  for await (const problem of extraFiles(root, files)) problems.push(problem);
  for await (const problem of declaredFileProblems(root, summary)) problems.push(problem);
  const manifest = await sha256OfFile(manifestPath);
  const digests = { manifest, result: result.digest('hex') };
  if (summaryProblem) problems.push(summaryProblem);
  else problems.push(...summaryProblems(summary, isAsWritten, tally.counts(), digests));
  return { checked, pending, writer, problems };
}

/** Parses a line, or returns the problem with it. */
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
