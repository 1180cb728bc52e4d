/** The contact sheet of a dataset. @module */
import { basename } from 'node:path';
import type { StylizedRecord } from '../dataset/ledger/record.js';
import { outputPaths } from '../dataset/output-paths.js';
import type { FileSystem } from '../files/file-system.js';
import type { ByRole } from '../stylize/role.js';
import { writeContactSheet } from './contact-sheet.js';
import { sheetRows } from './dataset-rows.js';

/** How many rows a sheet has unless more or fewer are asked for. */
export const defaultSheetRows = 24;

/** A sheet that was written, with what it shows. */
export interface DatasetSheet {
  readonly sample: readonly StylizedRecord[];
  /** Its path; undefined when there was nothing to show, and nothing was written. */
  readonly path: string | undefined;
  /** Its digest, by its name. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Writes the contact sheet that belongs to a dataset.
 * @param sample what it shows, in this order
 * @param roots the folders of the sources
 */
export async function writeDatasetSheet(
  root: string,
  roots: ByRole<string>,
  sample: readonly StylizedRecord[],
  fileSystem: FileSystem,
): Promise<DatasetSheet> {
  const { contactSheet, temporaryFolder } = outputPaths(root);
  if (sample.length === 0) return { sample, path: undefined, files: {} };
  const rows = sheetRows({ roots, outputRoot: root }, sample);
  const { sha256 } = await writeContactSheet(contactSheet, rows, { temporaryFolder, fileSystem });
  return { sample, path: contactSheet, files: { [basename(contactSheet)]: sha256 } };
}
