/** Determines the state of an output folder before a run: new, resumable, complete, or of a different job. @module */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WildstyleError } from '../errors.js';
import { forEachConcurrently } from '../files/concurrency.js';
import { type ByRole, type Role, sideOf } from '../stylize/role.js';
import { imageDifferences, type JobImage, jobDifferences, maskName } from './job-differences.js';
import type { Journals } from './ledger/journals/journal-files.js';
import { type JournaledRecords, readJournals } from './ledger/journals/read-journals.js';
import { manifestSource } from './ledger/manifest-copy.js';
import { indexManifest } from './ledger/manifest-index.js';
import type { Source } from './ledger/record.js';
import { type IndexedRecord, RecordIndex } from './ledger/record-index.js';
import { readRecords } from './ledger/record-reader.js';
import { isLeftOver } from './left-over.js';
import { type OutputJob, type PlannedOutput, readJobImages, readOutputJob } from './output-job.js';
import { type OutputPlace, outputPaths, type ShardPlace, workFolderName } from './output-paths.js';
import { findShards } from './shards/shard-folders.js';
import { type DatasetSummary, readSummary } from './summary.js';

/** The state of an output folder. */
export type OutputStatus =
  | { readonly kind: 'new' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'complete'; readonly summary: DatasetSummary }
  | {
      readonly kind: 'differs';
      /** Readable lines, such as `recipe.steps: 150 -> 200`. */
      readonly differences: readonly string[];
      /** The jobs that created the folder, oldest first. */
      readonly jobs: readonly Readonly<Record<string, unknown>>[];
    };

/** The state of an output folder, with its records. */
export type InspectedOutput = OutputStatus & {
  /** The complete and failed items. */
  readonly records: RecordIndex;
  /** Records whose image is missing. */
  readonly lost: readonly IndexedRecord[];
  readonly journals: Journals;
  /** Damaged lines of journals. */
  readonly damaged: readonly string[];
  /** The jobs that created the folder before its current job, oldest first. */
  readonly earlierJobs: OutputJob['earlierJobs'];
  /** Shards whose records are among these. */
  readonly shards: readonly ShardPlace[];
};

/** Files that may be in an otherwise empty folder. */
const ignorable: ReadonlySet<string> = new Set([
  workFolderName,
  '.gitignore',
  '.gitkeep',
  '.DS_Store',
  'lost+found',
]);

/**
 * Determines the state of a folder with respect to a planned run. A complete record counts only if its image exists and is
 * not empty. Does not check digests; `verifyDataset` does.
 * @throws `output-foreign` if the folder has files but is not a wildstyle dataset; `dataset-invalid` if the dataset is
 *   damaged
 */
export async function inspectOutput(root: string, planned: PlannedOutput): Promise<InspectedOutput> {
  const [summary, started] = await Promise.all([readSummary(root), readOutputJob(root)]);
  const shards = await findShards(root);
  const known = started ?? (summary && startedFrom(summary)) ?? (await jobOfShards(shards));
  const journaled = await readJournals(outputPaths(root).journalsFolder);
  const { journals, damaged } = journaled;
  if (known === undefined) {
    await assertOwnFolder(root, planned.files);
    return {
      kind: 'new',
      records: new RecordIndex(),
      lost: [],
      journals,
      damaged: [],
      earlierJobs: [],
      shards,
    };
  }
  const records = await recordedItems(root, summary, journaled);
  for (const place of shards) await absorbShard(place, records);
  const lost = await dropMissing(root, records);
  const found = { records, lost, journals, damaged, earlierJobs: known.earlierJobs, shards };
  if (known.planDigest !== planned.planDigest) {
    // Nothing has been made yet, so the folder can be used for the new job.
    if (records.size === 0) return { kind: 'new', ...found };
    const differences = await differencesFrom(root, known, planned, records);
    return { kind: 'differs', differences, jobs: [...known.earlierJobs, known.job], ...found };
  }
  const finished = summary?.status === 'complete' && summary.digests.plan === planned.planDigest;
  // A finished run retires its journals; the records in a journal may be missing from the manifest.
  const isCompiled =
    finished && !journals.isSettled && shards.length === 0 && (await hasItsFiles(root, summary));
  if (isCompiled && records.size === summary.counts.items) return { kind: 'complete', summary, ...found };
  return { kind: 'resume', ...found };
}

/** Returns the job of a folder from its summary, for when the working folder was deleted. */
export function startedFrom({ digests, job, earlierJobs }: DatasetSummary): OutputJob {
  return { planDigest: digests.plan, job, earlierJobs };
}

/** Returns whether the manifest, the metadata, the card and all other declared files exist. */
async function hasItsFiles(root: string, { counts, digests }: DatasetSummary): Promise<boolean> {
  const paths = outputPaths(root);
  const files = [
    paths.manifest,
    ...Object.keys(digests.files).map((name) => join(root, name)),
    ...Object.keys(counts.splits).map((split) => paths.splitMetadata(split)),
  ];
  return (await Promise.all(files.map(isFile))).every((there) => there);
}

/**
 * Checks that wildstyle may write to a folder: it does not exist, is empty, or is a wildstyle dataset.
 * @param plannedFiles the files of the plan: a folder with nothing else may be written to, see {@link isLeftOver}
 * @throws `output-foreign` with the names of other files
 */
export async function assertOwnFolder(root: string, plannedFiles?: PlannedOutput['files']): Promise<void> {
  const names = await namesIn(root);
  const paths = outputPaths(root);
  const foreign = names.filter((name) => !ignorable.has(name)).sort();
  if (foreign.length === 0 || (await isFile(paths.summary)) || (await isFile(paths.outputJob))) return;
  if ((await findShards(root)).length > 0) return;
  if (plannedFiles && (await isLeftOver(root, foreign, plannedFiles))) return;
  const shown = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', ...' : '');
  throw new WildstyleError('output-foreign', `${root}: not empty and not a wildstyle dataset (${shown})`, {
    cure: 'Use a new or empty folder.',
  });
}

async function namesIn(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') {
      throw new WildstyleError('output-foreign', `${root}: is a file, not a folder`, { cause });
    }
    throw new WildstyleError('output-unwritable', `${root}: cannot be read: ${message}`, { cause });
  }
}

/** Returns the records of runs without shards in a folder; none if there was no such run. */
export async function recordsOfRoot(root: string): Promise<RecordIndex> {
  const journaled = await readJournals(outputPaths(root).journalsFolder);
  return recordedItems(root, await readSummary(root), journaled);
}

/** A run without shards continues with what shards have made. */
async function absorbShard(place: ShardPlace, into: RecordIndex): Promise<void> {
  const { records } = await readJournals(outputPaths(place).journalsFolder);
  for (const record of records.values()) into.add(record, record);
}

/** Returns the job of the first shard that has one. */
export async function jobOfShards(shards: readonly ShardPlace[]): Promise<OutputJob | undefined> {
  for (const place of shards) {
    const job = await readOutputJob(place);
    if (job) return job;
  }
  return undefined;
}

/** The journals have all records, or none: see `settleJournals`. */
async function recordedItems(
  root: string,
  summary: DatasetSummary | undefined,
  { journals, records }: JournaledRecords,
): Promise<RecordIndex> {
  if (journals.isSettled) return records;
  const paths = outputPaths(root);
  if (manifestSource(paths)) return indexManifest(root, summary?.digests.manifest);
  if (summary === undefined) return records;
  // A run that is stopped before its first image leaves an empty manifest, so a missing one was deleted.
  throw new WildstyleError(
    'dataset-invalid',
    `${paths.manifest} is missing, so the images cannot be identified.`,
    {
      cure: 'Restore it, or run `wildstyle verify DIR --repair` to remake all images.',
    },
  );
}

/** Removes the records whose image is missing or empty, and returns them. */
export async function dropMissing(root: string, records: RecordIndex): Promise<IndexedRecord[]> {
  const lost: IndexedRecord[] = [];
  await forEachConcurrently([...records.values()], async (record) => {
    if (record.status === 'failed' || (await isFile(join(root, record.file)))) return;
    lost.push(record);
    records.delete(record.id);
  });
  return lost;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size > 0;
}

export async function differencesFrom(
  place: OutputPlace,
  known: OutputJob,
  planned: PlannedOutput,
  records: RecordIndex,
): Promise<string[]> {
  const hasJobImages = await isFile(outputPaths(place).jobImages);
  const images = hasJobImages ? await readJobImages(place) : await imagesOf(records);
  const differences = [
    ...jobDifferences(known.job, planned.job),
    ...(planned.images ? imageDifferences(images, planned.images) : []),
  ];
  if (differences.length > 0) return differences;
  return [
    `weights or wildstyle version: plan ${known.planDigest.slice(0, 12)} -> ${planned.planDigest.slice(0, 12)}`,
  ];
}

async function imagesOf(records: RecordIndex): Promise<JobImage[]> {
  const images = new Map<string, JobImage>();
  for await (const { sources } of readRecords(records.values())) {
    for (const [role, { path, sha256, mask }] of Object.entries(sources as ByRole<Source>)) {
      const side = sideOf(role as Role);
      images.set(`${side} ${path}`, { role: side, path, sha256 });
      if (mask)
        images.set(`${side} ${maskName(path)}`, { role: side, path: maskName(path), sha256: mask.sha256 });
    }
  }
  return [...images.values()];
}
