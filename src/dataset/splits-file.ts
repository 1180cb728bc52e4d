/**
 * `splits.csv`: the split of every image of a dataset. A job that extends the dataset reads it, so that no image ever moves
 * to another split.
 * @module
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { WildstyleError } from '../errors.js';
import { csvLine } from '../files/csv.js';
import type { FileSystem } from '../files/file-system.js';
import { firstProblem } from '../files/first-problem.js';
import { FilePublisher, type PublishedFile } from '../files/publish.js';
import { formatFingerprint, parseFingerprint } from '../images/similar/fingerprint.js';
import type { AssignedImage } from '../splits/earlier.js';
import { photographsOf } from '../splits/names.js';
import { readJournals } from './ledger/journals/read-journals.js';
import { manifestRecords } from './ledger/manifest.js';
import { groupOf, splitOf } from './ledger/metadata-row.js';
import type { ItemRecord } from './ledger/record.js';
import { readRecords } from './ledger/record-reader.js';
import { outputPaths } from './output-paths.js';

const columns = ['source', 'path', 'sha256', 'label', 'group', 'split', 'fingerprint'] as const;
const rowSchema = z.object({
  source: z.enum(['content', 'style']),
  path: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string(),
  group: z.string(),
  split: z.string().min(1),
  fingerprint: z.string(),
});

/** Publishes the splits. @throws `disk-full`, `output-unwritable` */
export async function writeSplits(
  root: string,
  images: Iterable<AssignedImage>,
  fileSystem?: FileSystem,
): Promise<PublishedFile> {
  const { splits, temporaryFolder } = outputPaths(root);
  const publisher = await FilePublisher.open(splits, { temporaryFolder, ...(fileSystem && { fileSystem }) });
  await publisher.write(csvLine(columns));
  for (const { source, path, sha256, label, group, split, fingerprint } of images) {
    const look = fingerprint && formatFingerprint(fingerprint);
    await publisher.write(csvLine([source, path, sha256, label, group, split, look]));
  }
  return publisher.commit();
}

/**
 * Returns the images that a dataset has, with their splits: those of `splits.csv`, or, without one, those of its records.
 * Empty if nothing has been made yet: then nothing needs to be kept.
 * @throws `dataset-invalid` if a file is damaged
 */
export async function readSplits(root: string): Promise<AssignedImage[]> {
  if (!(await hasRecords(root))) return [];
  return (await readSplitsFile(root)) ?? (await recordedPhotographs(root));
}

async function hasRecords(root: string): Promise<boolean> {
  const { manifest, journalsFolder } = outputPaths(root);
  const journals = await readdir(journalsFolder).catch(() => []);
  const files = [manifest, ...journals.map((name) => join(journalsFolder, name))];
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.some((size) => size > 0);
}

/** Reads `splits.csv`; undefined if there is none. @throws `dataset-invalid` */
export async function readSplitsFile(root: string): Promise<AssignedImage[] | undefined> {
  const path = outputPaths(root).splits;
  let rows: unknown[];
  try {
    rows = parse(await readFile(path, 'utf8'), { columns: true, skip_empty_lines: true }) as unknown[];
  } catch (cause) {
    // ENOTDIR: the root is a file; the run says so when it inspects the folder.
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new WildstyleError('dataset-invalid', `${path}: cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  return rows.map((row, index) => {
    const parsed = rowSchema.safeParse(row);
    if (!parsed.success)
      throw new WildstyleError('dataset-invalid', `${path}: row ${index + 1}: ${firstProblem(parsed.error)}`);
    const { label, fingerprint, ...image } = parsed.data;
    return { ...image, label: label === '' ? null : label, fingerprint: parseFingerprint(fingerprint) };
  });
}

async function recordedPhotographs(root: string): Promise<AssignedImage[]> {
  const images = new Map<string, AssignedImage>();
  const add = (record: ItemRecord) => {
    const { content } = record.sources as { content?: { path: string; sha256: string } };
    const split = photographsOf(splitOf(record));
    if (!content || split === '') return;
    const { path, sha256 } = content;
    const image = {
      source: 'content',
      path,
      sha256,
      label: record.label,
      group: groupOf(record) ?? '',
      split,
    } as const;
    images.set(JSON.stringify([sha256, split]), image);
  };
  try {
    const { records } = await readJournals(outputPaths(root).journalsFolder);
    for await (const record of readRecords(records.values())) add(record);
    for await (const record of manifestRecords(root)) add(record);
  } catch (error) {
    // The manifest is missing or damaged, or a journal is: the run says so when it inspects the folder.
    if (!(error instanceof WildstyleError)) throw error;
  }
  return [...images.values()];
}
