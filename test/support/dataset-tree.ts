/** Reads dataset folders in a form that can be compared. @module */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import type { ItemRecord, StylizedRecord } from '../../src/dataset/ledger/record.js';
import { type DatasetSummary, readSummary } from '../../src/dataset/summary.js';

const workFolder = '.wildstyle';

/** Lists every file below a folder except the working folder, sorted, with forward slashes. */
export async function filesBelow(root: string): Promise<string[]> {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith(`${workFolder}/`))
    .sort();
}

/** Lists the images of a dataset. */
export async function imagesBelow(root: string): Promise<string[]> {
  return (await filesBelow(root)).filter((path) => path.startsWith('train/') && !path.endsWith('.jsonl'));
}

/** Returns the digests of the images in a dataset folder. Does not use its summary. */
export async function imageDigests(root: string): Promise<Record<string, string>> {
  return digestsOf(root, await imagesBelow(root));
}

/** A record without its elapsed time. */
export type TimelessRecord = ItemRecord extends infer R
  ? R extends unknown
    ? Omit<R, 'elapsedMs'>
    : never
  : never;

/** The parts of a dataset that must be equal for two runs of the same job. */
export interface Tree {
  /** Digests of images and metadata, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly resultDigest: string;
  readonly planDigest: string;
  readonly status: string;
  /** Records of the manifest, in order, without times. */
  readonly records: readonly TimelessRecord[];
}

/** Reads a finished dataset. */
export async function treeOf(root: string): Promise<Tree> {
  const paths = (await filesBelow(root)).filter((path) => path.includes('/'));
  const digests = await digestsOf(root, paths);
  const { status, digests: of } = await summaryOf(root);
  const records = (await readManifest(root)).map((record): TimelessRecord => {
    const { elapsedMs: _, ...timeless } = record as StylizedRecord;
    return timeless;
  });
  return {
    files: digests,
    resultDigest: of.result,
    planDigest: of.plan,
    status,
    records,
  };
}

/** Reads `dataset.json`. @throws if there is none */
export async function summaryOf(root: string): Promise<DatasetSummary> {
  const summary = await readSummary(root);
  if (!summary) throw new Error(`${root} has no dataset.json`);
  return summary;
}

/** Returns the modification time of each file in nanoseconds, including the working folder. */
export async function timesBelow(root: string): Promise<Record<string, string>> {
  const paths = [...(await filesBelow(root)), `${workFolder}/job.json`, `${workFolder}/images.jsonl`];
  const times = paths.map(async (path) => {
    const { mtimeNs } = await stat(join(root, path), { bigint: true });
    return [path, `${mtimeNs}`] as const;
  });
  return Object.fromEntries(await Promise.all(times));
}

async function digestsOf(root: string, paths: readonly string[]): Promise<Record<string, string>> {
  const digests = paths.map(async (path) => [path, await digestOf(join(root, path))] as const);
  return Object.fromEntries(await Promise.all(digests));
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
