/** Determines the state of an output folder before a run: new, resumable, complete, or of a different job. @module */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WildstyleError } from '../errors.js';
import { forEachConcurrently } from '../files/concurrency.js';
import type { Role } from '../stylize/role.js';
import { imageDifferences, type JobImage, jobDifferences } from './job-differences.js';
import { isSettled, readJournals } from './ledger/journal.js';
import { manifestRecords } from './ledger/manifest.js';
import { mergeRecords } from './ledger/merge-records.js';
import type { ItemRecord } from './ledger/record.js';
import { type OutputJob, type PlannedOutput, readJobImages, readOutputJob } from './output-job.js';
import { outputPaths, workFolderName } from './output-paths.js';
import { type DatasetSummary, readSummary } from './summary.js';

/** The state of an output folder. `records` has the complete and failed items, by id. */
export type OutputStatus =
  | { readonly kind: 'new' }
  | { readonly kind: 'resume'; readonly records: Map<string, ItemRecord> }
  | { readonly kind: 'complete'; readonly records: Map<string, ItemRecord>; readonly summary: DatasetSummary }
  | {
      readonly kind: 'differs';
      /** Readable lines, such as `recipe.steps: 150 -> 200`. */
      readonly differences: readonly string[];
      /** The items in the folder, for a run that extends it. */
      readonly records: Map<string, ItemRecord>;
      /** The jobs that created the folder, oldest first. */
      readonly jobs: readonly Readonly<Record<string, unknown>>[];
    };

/** The state of an output folder, with missing images. */
export type InspectedOutput = OutputStatus & {
  /** Records whose image is missing. */
  readonly lost: readonly ItemRecord[];
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
  const known = started ?? (summary && startedFrom(summary));
  if (known === undefined) {
    await assertOwnFolder(root);
    return { kind: 'new', lost: [] };
  }
  const journaled = await readJournals(outputPaths(root).journalsFolder);
  const records = await recordedItems(root, summary !== undefined, journaled);
  const lost = await dropMissing(root, records);
  if (known.planDigest !== planned.planDigest) {
    // Nothing has been made yet, so the folder can be used for the new job.
    if (records.size === 0) return { kind: 'new', lost };
    const differences = await differencesFrom(root, known, planned, records);
    return { kind: 'differs', differences, records, jobs: [...known.earlierJobs, known.job], lost };
  }
  const finished = summary?.status === 'complete' && summary.digests.plan === planned.planDigest;
  // A finished run deletes its journals; the records in a journal may be missing from the manifest.
  const isCompiled = finished && journaled.size === 0 && (await hasItsFiles(root, summary));
  if (isCompiled && records.size === summary.counts.items)
    return { kind: 'complete', records, summary, lost };
  return { kind: 'resume', records, lost };
}

/** Returns the job of a folder from its summary, for when the working folder was deleted. */
function startedFrom({ digests, job, earlierJobs }: DatasetSummary): OutputJob {
  return { planDigest: digests.plan, job, earlierJobs };
}

/** Returns whether the metadata, the card and all other declared files exist. */
async function hasItsFiles(root: string, { counts, digests }: DatasetSummary): Promise<boolean> {
  const paths = outputPaths(root);
  const files = [
    ...Object.keys(digests.files).map((name) => join(root, name)),
    ...Object.keys(counts.splits).map((split) => paths.splitMetadata(split)),
  ];
  return (await Promise.all(files.map(isFile))).every((there) => there);
}

/**
 * Checks that wildstyle may write to a folder: it does not exist, is empty, or is a wildstyle dataset.
 * @throws `output-foreign` with the names of other files
 */
export async function assertOwnFolder(root: string): Promise<void> {
  const names = await namesIn(root);
  const paths = outputPaths(root);
  const foreign = names.filter((name) => !ignorable.has(name)).sort();
  if (foreign.length === 0 || (await isFile(paths.summary)) || (await isFile(paths.outputJob))) return;
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

async function recordedItems(
  root: string,
  hasSummary: boolean,
  journaled: ReadonlyMap<string, ItemRecord>,
): Promise<Map<string, ItemRecord>> {
  const records = new Map<string, ItemRecord>();
  const paths = outputPaths(root);
  const { manifest } = paths;
  const hasManifest = existsSync(manifest);
  // A run that is stopped before its first image leaves an empty manifest, so a missing one was deleted.
  if (hasSummary && !hasManifest) {
    throw new WildstyleError(
      'dataset-invalid',
      `${manifest} is missing, so the images cannot be identified.`,
      {
        cure: 'Restore it, or create the dataset again in another folder with --out.',
      },
    );
  }
  if (hasManifest && !isSettled(paths))
    for await (const record of manifestRecords(root)) mergeRecords(records, [record]);
  mergeRecords(records, journaled.values());
  return records;
}

/** Removes the records whose image is missing or empty, and returns them. */
export async function dropMissing(root: string, records: Map<string, ItemRecord>): Promise<ItemRecord[]> {
  const lost: ItemRecord[] = [];
  await forEachConcurrently([...records.values()], async (record) => {
    const { id } = record;
    if (record.status === 'failed' || (await isFile(join(root, record.file)))) return;
    lost.push(record);
    records.delete(id);
  });
  return lost;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size > 0;
}

async function differencesFrom(
  root: string,
  known: OutputJob,
  planned: PlannedOutput,
  records: ReadonlyMap<string, ItemRecord>,
): Promise<string[]> {
  const hasJobImages = await isFile(outputPaths(root).jobImages);
  const images = hasJobImages ? await readJobImages(root) : imagesOf(records.values());
  const differences = [
    ...jobDifferences(known.job, planned.job),
    ...(planned.images ? imageDifferences(images, planned.images) : []),
  ];
  if (differences.length > 0) return differences;
  return [
    `weights or wildstyle version: plan ${known.planDigest.slice(0, 12)} -> ${planned.planDigest.slice(0, 12)}`,
  ];
}

function* imagesOf(records: Iterable<ItemRecord>): Generator<JobImage> {
  for (const { sources } of records) {
    for (const [role, { path, sha256 }] of Object.entries(sources))
      yield { role: role as Role, path, sha256 };
  }
}
