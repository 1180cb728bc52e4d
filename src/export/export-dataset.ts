/** Exports a finished dataset and adds the files to `dataset.json`, so that `verify` checks them. @module */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestRecords } from '../dataset/ledger/manifest.js';
import { type CompleteRecord, isComplete } from '../dataset/ledger/record.js';
import { lockOutput } from '../dataset/lock.js';
import { noDataset } from '../dataset/output-job.js';
import { exportsFolderName, outputPaths } from '../dataset/output-paths.js';
import { publishSummary, readSummary, withFiles } from '../dataset/summary.js';
import { sha256OfFile } from '../files/digest.js';
import { FilePublisher } from '../files/publish.js';
import { type ExporterName, exporters } from './index.js';

/**
 * Writes an export to `exports/<name>/` in the dataset and replaces an earlier one.
 * @returns the paths of the files, relative to the dataset's root
 * @throws `dataset-invalid`, `output-in-use`, `disk-full`, `output-unwritable`
 */
export async function exportDataset(root: string, name: ExporterName): Promise<string[]> {
  if ((await readSummary(root)) === undefined) throw noDataset(root, 'dataset.json');
  const unlock = await lockOutput(root, { startedAt: new Date() });
  try {
    const summary = await readSummary(root);
    if (!summary) throw noDataset(root, 'dataset.json');
    const { temporaryFolder } = outputPaths(root);
    const folder = `${exportsFolderName}/${name}`;
    const files: string[] = [];
    await exporters[name].write({
      root,
      summary,
      records: () => completeRecords(root),
      open(file) {
        files.push(`${folder}/${file}`);
        return FilePublisher.open(join(root, folder, file), { temporaryFolder });
      },
    });
    const earlier = Object.keys(summary.digests.files).filter(
      (file) => file.startsWith(`${folder}/`) && !files.includes(file),
    );
    const digests = await Promise.all(
      files.map(async (file) => [file, await sha256OfFile(join(root, file))]),
    );
    await publishSummary(root, withFiles(summary, Object.fromEntries(digests), earlier));
    for (const file of earlier) await rm(join(root, file), { force: true });
    return files;
  } finally {
    await unlock();
  }
}

async function* completeRecords(root: string): AsyncGenerator<CompleteRecord> {
  for await (const record of manifestRecords(root)) if (isComplete(record)) yield record;
}
