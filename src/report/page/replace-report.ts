/** Writes the report of a dataset and declares its files: it belongs to the dataset. @module */
import { lockOutput } from '../../dataset/lock.js';
import { noDataset } from '../../dataset/output-job.js';
import { publishSummary, readSummary, withFiles } from '../../dataset/summary.js';
import type { FileSystem } from '../../files/file-system.js';
import { outdatedReportFiles, removeEarlierSheets, type WrittenReport, writeReport } from './write-report.js';

/** Writes the report in place of an earlier one. @throws `output-in-use`, and as `writeReport` */
export async function replaceReport(
  root: string,
  options: { readonly inlineBytes?: number; readonly fileSystem?: FileSystem } = {},
): Promise<WrittenReport> {
  const { fileSystem: given, ...how } = options;
  const lock = await lockOutput(root, { startedAt: new Date(), ...(given && { fileSystem: given }) });
  try {
    const { fileSystem } = lock;
    const summary = await readSummary(root);
    if (!summary) throw noDataset(root, 'dataset.json');
    const report = await writeReport(root, summary, { ...how, fileSystem });
    const removed = outdatedReportFiles(summary, report);
    await publishSummary(root, withFiles(summary, report.files, removed), fileSystem);
    await removeEarlierSheets(root, report.files, fileSystem);
    return report;
  } finally {
    await lock.release();
  }
}
