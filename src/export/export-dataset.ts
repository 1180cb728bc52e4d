/** Exports a finished dataset and adds the files to `dataset.json`, so that `verify` checks them. @module */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestRecords } from '../dataset/ledger/manifest.js';
import { type CompleteRecord, isComplete } from '../dataset/ledger/record.js';
import { lockOutput } from '../dataset/lock.js';
import { noDataset } from '../dataset/output-job.js';
import { exportsFolderName, outputPaths } from '../dataset/output-paths.js';
import { publishSummary, readSummary, withExport, withFiles } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import { sha256, sha256OfFile } from '../files/digest.js';
import { FilePublisher, sweepTemporaryFiles } from '../files/publish.js';
import { type ExporterName, exporters } from './index.js';

/**
 * Writes an export to `exports/<name>/` in the dataset and replaces an earlier one.
 * @returns the paths of the files, relative to the dataset's root
 * @throws `dataset-invalid`, `output-in-use`, `disk-full`, `output-unwritable`
 */
export async function exportDataset(root: string, name: ExporterName): Promise<string[]> {
  if ((await readSummary(root)) === undefined) throw noDataset(root, 'dataset.json');
  const unlock = await lockOutput(root, { startedAt: new Date() });
  const opened: FilePublisher[] = [];
  try {
    const summary = await readSummary(root);
    if (!summary) throw noDataset(root, 'dataset.json');
    const { temporaryFolder } = outputPaths(root);
    await sweepTemporaryFiles(temporaryFolder);
    const folder = `${exportsFolderName}/${name}`;
    const files: string[] = [];
    await exporters[name].write({
      root,
      summary,
      records: () => completeRecords(root),
      image: (record) => recordedImage(root, record),
      async open(file) {
        files.push(`${folder}/${file}`);
        const publisher = await FilePublisher.open(join(root, folder, file), { temporaryFolder });
        opened.push(publisher);
        return publisher;
      },
    });
    const earlier = Object.keys(summary.digests.files).filter(
      (file) => file.startsWith(`${folder}/`) && !files.includes(file),
    );
    const digests: Record<string, string> = {};
    for (const file of files) digests[file] = await sha256OfFile(join(root, file));
    await publishSummary(root, withExport(withFiles(summary, digests, earlier), name));
    for (const file of earlier) await rm(join(root, file), { force: true });
    return files;
  } catch (error) {
    for (const publisher of opened) await publisher.abort();
    throw error;
  } finally {
    await unlock();
  }
}

async function* completeRecords(root: string): AsyncGenerator<CompleteRecord> {
  for await (const record of manifestRecords(root)) if (isComplete(record)) yield record;
}

/** The bytes of an image, if they are those that were recorded. */
async function recordedImage(root: string, record: CompleteRecord): Promise<Uint8Array> {
  const cure = 'Run `wildstyle verify`, repair the dataset by running its job again, then export it again.';
  const bytes = await readFile(join(root, record.file)).catch((cause) => {
    throw new WildstyleError('dataset-invalid', `${record.file} cannot be read: ${cause.code}`, {
      cure,
      cause,
    });
  });
  if (sha256(bytes) === record.sha256) return bytes;
  throw new WildstyleError('dataset-invalid', `${record.file} is not the image that was recorded.`, { cure });
}
