/** Checks every record of a manifest against its image and its row in the metadata. @module */
import { asWildstyleError } from '../../errors.js';
import { mapConcurrently } from '../../files/concurrency.js';
import { sha256InPieces } from '../../files/digest.js';
import { type ManifestLine, manifestLines } from '../ledger/manifest.js';
import type { ItemRecord } from '../ledger/record.js';
import { fileOf, isComplete } from '../ledger/record-kinds.js';
import { stableLine } from '../ledger/record-line.js';
import { type Counts, Tally } from '../ledger/tally.js';
import { splitMetadataName, splitOfFile } from '../output-paths.js';
import type { DatasetSummary } from '../summary.js';
import type { DatasetProblem } from './dataset-problem.js';
import { imageProblem } from './verify-image.js';
import { MetadataCheck } from './verify-metadata.js';

/** What a pass over a manifest found. */
export interface CheckedManifest {
  /** Number of checked images. */
  readonly checked: number;
  readonly counts: Counts;
  /** Digest of the lines without their volatile fields. */
  readonly result: string;
  /** The images with a record, and the metadata of their splits. */
  readonly files: Set<string>;
  readonly problems: DatasetProblem[];
}

const imagesAtOnce = 8;
const recordsAtOnce = 64;

/**
 * Reads a manifest once, a few records at a time.
 * @param path of the manifest, or of its copy
 * @param onChecked called after every few images
 */
export async function checkManifest(
  root: string,
  path: string,
  summary: DatasetSummary | undefined,
  onChecked: (checked: number) => void,
): Promise<CheckedManifest> {
  const metadata = new MetadataCheck(root, summary);
  const tally = new Tally();
  const result = sha256InPieces();
  const files = new Set<string>();
  const problems: DatasetProblem[] = [];
  let checked = 0;
  const intact = (async function* () {
    for await (const line of manifestLines(root, path)) {
      const { record, problem } = readableRecord(line);
      if (problem) {
        problems.push(problem);
        continue;
      }
      result.update(stableLine(line.text, summary?.volatile));
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
    onChecked(checked);
  }
  await metadata.finish();
  problems.push(...metadata.problems);
  return { checked, counts: tally.counts(), result: result.digest('hex'), files, problems };
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
