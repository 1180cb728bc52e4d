/** Builds the rows of a contact sheet from the records of a dataset and its source folders. @module */
import { join } from 'node:path';
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import { type ByRole, type Side, sides } from '../stylize/role.js';
import type { SheetRow } from './contact-sheet.js';
import { captionOf, varyingKeys } from './sheet-rows.js';

/** Where the content, style and result images are stored. */
export interface SheetFolders {
  /** The folders of the sources. */
  readonly roots: ByRole<string>;
  readonly outputRoot: string;
}

/**
 * The content and style folders recorded in a dataset's summary.
 * @throws `dataset-invalid` if its job does not name them
 */
export function jobFoldersOf({ job }: DatasetSummary): SheetFolders['roots'] {
  const folders = sides.map((role) => [role, (job[role] as { root?: unknown } | undefined)?.root]);
  if (!folders.every(([, root]) => typeof root === 'string')) {
    throw new WildstyleError(
      'dataset-invalid',
      'The job in dataset.json does not name a content folder and a style folder.',
    );
  }
  return Object.fromEntries(folders);
}

/** Makes one row per record. */
export function sheetRows(
  { roots, outputRoot }: SheetFolders,
  records: readonly CompleteRecord[],
): SheetRow[] {
  const varying = varyingKeys(records);
  return records.map((record) => {
    const sources: ByRole<{ path: string }> = record.sources;
    const pathOf = (role: Side) => join(roots[role] ?? '', sources[role]?.path ?? '');
    return {
      content: pathOf('content'),
      style: pathOf('style'),
      result: join(outputRoot, record.file),
      caption: captionOf(record, varying),
    };
  });
}
