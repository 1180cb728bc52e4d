/** The rows of a contact sheet, from the records of a dataset and the folders that it was made from. @module */
import { join } from 'node:path';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import { type ByRole, type Role, roles } from '../stylize/role.js';
import type { SheetRow } from './contact-sheet.js';
import { captionOf } from './sheet-rows.js';

/** Where content, style and result lie. */
export interface SheetFolders {
  /** The folders of the sources. */
  readonly roots: ByRole<string>;
  readonly outputRoot: string;
}

/**
 * The input folders that a summary names.
 * @throws `dataset-invalid` when its job names none
 */
export function jobFoldersOf({ job }: DatasetSummary): SheetFolders['roots'] {
  const folders = roles.map((role) => [role, (job[role] as { root?: unknown } | undefined)?.root]);
  if (!folders.every(([, root]) => typeof root === 'string')) {
    throw new WildstyleError('dataset-invalid', 'The job in dataset.json names no content and style folder.');
  }
  return Object.fromEntries(folders);
}

/** One row for each finished item. */
export function sheetRows(
  { roots, outputRoot }: SheetFolders,
  records: readonly CompleteRecord[],
): SheetRow[] {
  return records.map((record) => {
    const sources: ByRole<{ path: string }> = record.sources;
    const pathOf = (role: Role) => join(roots[role] ?? '', sources[role]?.path ?? '');
    return {
      content: pathOf('content'),
      style: pathOf('style'),
      result: join(outputRoot, record.file),
      caption: captionOf(record),
    };
  });
}
