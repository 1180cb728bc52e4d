/** Writes the exports that a job asks for. @module */
import { readSummary } from '../../dataset/summary.js';
import { exportLocked, isExported } from '../../export/export-dataset.js';
import type { ExporterName } from '../../export-formats.js';
import type { FileSystem } from '../../files/file-system.js';
import type { Job } from '../../job/schema.js';
import type { RunOptions } from '../progress/events.js';

/** The exports of a job. */
export interface JobExports {
  /** Those that were written now. */
  readonly written: readonly ExporterName[];
  /** Those that are left, because the run was asked to stop. */
  readonly left: readonly ExporterName[];
}

/**
 * Writes the exports of a job that are missing or older than the dataset. The caller holds the lock.
 * @throws `disk-full`, `output-unwritable`, `dataset-invalid`
 */
export async function writeExports(
  { output }: Pick<Job, 'output'>,
  { drain, onEvent }: Pick<RunOptions, 'drain' | 'onEvent'>,
  fileSystem: FileSystem,
): Promise<JobExports> {
  const summary = await readSummary(output.root);
  const wanted = [...new Set(output.exports)].filter((name) => !summary || !isExported(summary, name));
  const written: ExporterName[] = [];
  for (const name of wanted) {
    if (drain?.aborted) break;
    onEvent?.({ type: 'exporting', format: name });
    await exportLocked(output.root, name, {}, fileSystem);
    written.push(name);
  }
  return { written, left: wanted.slice(written.length) };
}
