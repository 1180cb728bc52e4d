/** Exports a finished dataset and adds the files to `dataset.json`, so that `verify` checks them. @module */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestLines } from '../dataset/ledger/manifest.js';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import { isComplete } from '../dataset/ledger/record-kinds.js';
import { inLoaderOrder } from '../dataset/ledger/tally.js';
import { lockOutput } from '../dataset/lock.js';
import { noDataset } from '../dataset/output-job.js';
import { exportsFolderName, splitOfFile } from '../dataset/output-paths.js';
import { type DatasetSummary, publishSummary, readSummary, withExport } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import { type ExporterName, exportFormat } from '../export-formats.js';
import { canonicalJson } from '../files/canonical-json.js';
import { sha256 } from '../files/digest.js';
import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { packageVersion } from '../version.js';
import type { ExportOptions } from './exporter.js';
import { Staging } from './staging/staging.js';

/** The options of an export where none are given. */
export const defaultExportOptions: ExportOptions = { shardImages: 10_000 };

/**
 * Writes an export to `exports/<name>/` in the dataset and replaces an earlier one. If it is interrupted, the next call
 * with the same options continues where it stopped, and the files have the same bytes.
 * @returns the paths of the files, relative to the dataset's root
 * @throws `dataset-invalid`, `output-in-use`, `disk-full`, `output-unwritable`
 */
export async function exportDataset(
  root: string,
  name: ExporterName,
  options: Partial<ExportOptions> = {},
  fileSystem: FileSystem = nodeFileSystem,
): Promise<string[]> {
  if ((await readSummary(root)) === undefined) throw noDataset(root, 'dataset.json');
  const lock = await lockOutput(root, { startedAt: new Date(), fileSystem });
  try {
    return await exportLocked(root, name, options, lock.fileSystem);
  } finally {
    await lock.release();
  }
}

/**
 * Like {@link exportDataset}, for a caller that holds the lock of the dataset.
 * @param fileSystem that of the lock, which writes only while it is held
 */
export async function exportLocked(
  root: string,
  name: ExporterName,
  options: Partial<ExportOptions>,
  fileSystem: FileSystem,
): Promise<string[]> {
  const summary = await readSummary(root);
  if (!summary) throw noDataset(root, 'dataset.json');
  const format = exportFormat(name);
  if (format.needsLabels && Object.keys(summary.counts.classes).length === 0) {
    const message = `The dataset has no labels, and the format ${name} needs them.`;
    throw new WildstyleError('option-invalid', message, { cure: 'Choose another format.' });
  }
  const chosen: ExportOptions = { ...defaultExportOptions, ...options };
  const staging = await Staging.open(root, name, identityOf(summary, chosen), fileSystem);
  try {
    const exporter = await format.load();
    await exporter.write({
      root,
      summary,
      options: chosen,
      splits: Object.keys(summary.counts.splits).sort(),
      classes: classesWithImages(summary),
      records: (split) => completeRecords(root, split),
      image: (record) => recordedImage(root, record),
      imageBytes: (record) => recordedBytes(root, record),
      open: (file) => staging.openFile(file),
      reuse: (file) => staging.reuse(file),
      copy: (file, record) => staging.copy(file, record.sha256, () => recordedImage(root, record)),
      add: (file, content) => staging.copy(file, sha256(content), async () => Buffer.from(content)),
    });
    const digests = staging.digests();
    const folder = `${exportsFolderName}/${name}/`;
    const earlier = Object.keys(summary.digests.files).filter((file) => file.startsWith(folder));
    const exported = withExport(summary, name, digests, earlier);
    await staging.publish(() => publishSummary(root, exported, fileSystem));
    return Object.keys(digests);
  } catch (error) {
    await staging.abort();
    throw error;
  }
}

/** Returns whether the dataset has an export that was made after its last change. */
export function isExported({ exports = {}, digests }: DatasetSummary, name: ExporterName): boolean {
  return exports[name] === digests.result;
}

/** Everything that decides the bytes of an export. */
function identityOf({ digests, finishedAt, job }: DatasetSummary, options: ExportOptions): string {
  const { manifest, metadata, result } = digests;
  return sha256(
    canonicalJson({ version: packageVersion(), manifest, metadata, result, finishedAt, job, options }),
  );
}

function classesWithImages({ counts }: DatasetSummary): string[] {
  const present = Object.entries(counts.classes).filter(([, c]) => c.stylized + c.originals > 0);
  return inLoaderOrder(present.map(([name]) => name));
}

async function* completeRecords(root: string, split?: string): AsyncGenerator<CompleteRecord> {
  // Comparing the text saves parsing the records of other splits.
  const mark = split === undefined ? '' : JSON.stringify(`${split}/`).slice(1, -1);
  for await (const { text, record } of manifestLines(root)) {
    if (!text.includes(mark)) continue;
    const parsed = record();
    if (!isComplete(parsed)) continue;
    if (split === undefined || splitOfFile(parsed.file)[0] === split) yield parsed;
  }
}

const cure = 'Run `wildstyle verify`, repair the dataset by running its job again, then export it again.';

/** The bytes of an image, if they are those that were recorded. */
async function recordedImage(root: string, record: CompleteRecord): Promise<Uint8Array> {
  const bytes = await readFile(join(root, record.file)).catch((cause) => {
    throw unreadable(record, cause);
  });
  if (sha256(bytes) === record.sha256) return bytes;
  throw new WildstyleError('dataset-invalid', `${record.file} is not the image that was recorded.`, { cure });
}

async function recordedBytes(root: string, record: CompleteRecord): Promise<number> {
  const { size } = await stat(join(root, record.file)).catch((cause) => {
    throw unreadable(record, cause);
  });
  return size;
}

function unreadable({ file }: CompleteRecord, cause: NodeJS.ErrnoException): WildstyleError {
  return new WildstyleError('dataset-invalid', `${file} cannot be read: ${cause.code}`, { cure, cause });
}
