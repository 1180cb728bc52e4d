/** Builds the rows of a contact sheet from the records of a dataset and its source folders. @module */
import { join } from 'node:path';
import type { ItemRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import type { SheetRow } from './contact-sheet.js';
import { captionOf } from './sheet-rows.js';

/** Where the content, style and result images are stored. */
export interface SheetFolders {
  readonly contentRoot: string;
  readonly styleRoot: string;
  readonly outputRoot: string;
}

/**
 * The content and style folders recorded in a dataset's summary.
 * @throws `dataset-invalid` if its job does not name them
 */
export function jobFoldersOf({ job }: DatasetSummary): Omit<SheetFolders, 'outputRoot'> {
  const rootOf = (value: unknown) => (value as { root?: unknown } | undefined)?.root;
  const [contentRoot, styleRoot] = [rootOf(job.content), rootOf(job.style)];
  if (typeof contentRoot !== 'string' || typeof styleRoot !== 'string') {
    throw new WildstyleError(
      'dataset-invalid',
      'The job in dataset.json does not name a content folder and a style folder.',
    );
  }
  return { contentRoot, styleRoot };
}

/** Makes one row per record; every record must be a finished item. */
export function sheetRows(folders: SheetFolders, records: readonly ItemRecord[]): SheetRow[] {
  return records.map((record) => ({
    content: join(folders.contentRoot, record.content.path),
    style: join(folders.styleRoot, record.style?.path ?? ''),
    result: join(folders.outputRoot, record.file ?? ''),
    caption: captionOf(record),
  }));
}
