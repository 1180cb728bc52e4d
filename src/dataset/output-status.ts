/** What an output folder is before a run: new, begun, complete, or somebody else's. @module */
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

/** What a folder is. `records` hold finished items that need not be made again, and failed ones, by id. */
export type OutputStatus =
  | { readonly kind: 'new' }
  | { readonly kind: 'resume'; readonly records: Map<string, ItemRecord> }
  | { readonly kind: 'complete'; readonly records: Map<string, ItemRecord>; readonly summary: DatasetSummary }
  | {
      readonly kind: 'differs';
      /** Lines for people: `recipe.steps: 150 -> 200`. */
      readonly differences: readonly string[];
      /** What the folder holds, for a run that extends it. */
      readonly records: Map<string, ItemRecord>;
      /** The jobs that the folder was made by, the first one first. */
      readonly jobs: readonly Readonly<Record<string, unknown>>[];
    };

/** An output folder before a run. */
export type InspectedOutput = OutputStatus & {
  /** Records whose image is gone. */
  readonly lost: readonly ItemRecord[];
};

/** Files that people and systems drop into empty folders. */
const ignorable: ReadonlySet<string> = new Set([
  workFolderName,
  '.gitignore',
  '.gitkeep',
  '.DS_Store',
  'lost+found',
]);

/**
 * Tells what a folder is with regard to an planned run. A complete record counts only if its image is there and not
 * empty (`verifyDataset` re-hashes).
 * @throws `output-foreign` when the folder holds files and is no dataset of wildstyle's; `dataset-invalid` when it is one,
 * but damaged
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
    // Begun, but nothing made: nobody minds a change of mind.
    if (records.size === 0) return { kind: 'new', lost };
    const differences = await differencesFrom(root, known, planned, records);
    return { kind: 'differs', differences, records, jobs: [...known.earlierJobs, known.job], lost };
  }
  const finished = summary?.status === 'complete' && summary.digests.plan === planned.planDigest;
  // A run that came to its end leaves no journal: what is in one may not be in the manifest yet.
  const isCompiled = finished && journaled.size === 0 && (await hasItsFiles(root, summary));
  if (isCompiled && records.size === summary.counts.items)
    return { kind: 'complete', records, summary, lost };
  return { kind: 'resume', records, lost };
}

/** What a summary tells where the working folder is gone. */
function startedFrom({ digests, job, earlierJobs }: DatasetSummary): OutputJob {
  return { planDigest: digests.plan, job, earlierJobs };
}

/** Whether the files that loaders and people read lie beside the images. */
async function hasItsFiles(root: string, { counts, digests }: DatasetSummary): Promise<boolean> {
  const paths = outputPaths(root);
  const files = [
    ...Object.keys(digests.files).map((name) => join(root, name)),
    ...Object.keys(counts.splits).map((split) => paths.splitMetadata(split)),
  ];
  return (await Promise.all(files.map(isFile))).every((there) => there);
}

/**
 * Makes sure that a folder may be written to by wildstyle: it does not exist, is empty, or is a dataset of wildstyle's.
 * @throws `output-foreign` naming what lies there
 */
export async function assertOwnFolder(root: string): Promise<void> {
  const names = await namesIn(root);
  const paths = outputPaths(root);
  const foreign = names.filter((name) => !ignorable.has(name)).sort();
  if (foreign.length === 0 || (await isFile(paths.summary)) || (await isFile(paths.outputJob))) return;
  const shown = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', ...' : '');
  throw new WildstyleError(
    'output-foreign',
    `${root}: not empty, and not a dataset of wildstyle's (${shown})`,
    {
      cure: 'Name a folder that is new or empty',
    },
  );
}

async function namesIn(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') {
      throw new WildstyleError('output-foreign', `${root}: is a file, and the output is a folder`, { cause });
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
  // It is there and empty where a run was stopped before its first image.
  if (hasSummary && !hasManifest) {
    throw new WildstyleError('dataset-invalid', `${manifest} is gone: what the images are is not known.`, {
      cure: 'Put it back, or make the dataset again in another folder with --out.',
    });
  }
  if (hasManifest && !isSettled(paths))
    for await (const record of manifestRecords(root)) mergeRecords(records, [record]);
  mergeRecords(records, journaled.values());
  return records;
}

/** Takes records out whose image is not there, or empty, and returns them. */
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
  const begun = await isFile(outputPaths(root).jobImages);
  const images = begun ? await readJobImages(root) : imagesOf(records.values());
  const differences = [
    ...jobDifferences(known.job, planned.job),
    ...(planned.images ? imageDifferences(images, planned.images) : []),
  ];
  if (differences.length > 0) return differences;
  return [
    `weights, or version of wildstyle: plan ${known.planDigest.slice(0, 12)} -> ${planned.planDigest.slice(0, 12)}`,
  ];
}

function* imagesOf(records: Iterable<ItemRecord>): Generator<JobImage> {
  for (const { sources } of records) {
    for (const [role, { path, sha256 }] of Object.entries(sources))
      yield { role: role as Role, path, sha256 };
  }
}
