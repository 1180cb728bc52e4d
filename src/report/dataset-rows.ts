/** The rows of a contact sheet, from the records of a dataset and the folders that it was made from. @module */
import { join } from 'node:path';
import type { ItemRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import { WildstyleError } from '../errors.js';
import type { SheetRow } from './contact-sheet.js';
import { captionOf } from './sheet-rows.js';

/** Where content, style and result lie. */
export interface SheetFolders {
  readonly contentRoot: string;
  readonly styleRoot: string;
  readonly outputRoot: string;
}

/**
 * The input folders that a summary names.
 * @throws `dataset-invalid` when its job names none
 */
export function jobFoldersOf({ job }: DatasetSummary): Omit<SheetFolders, 'outputRoot'> {
  const rootOf = (value: unknown) => (value as { root?: unknown } | undefined)?.root;
  const [contentRoot, styleRoot] = [rootOf(job.content), rootOf(job.style)];
  if (typeof contentRoot !== 'string' || typeof styleRoot !== 'string') {
    throw new WildstyleError('dataset-invalid', 'The job in dataset.json names no content and style folder.');
  }
  return { contentRoot, styleRoot };
}

/** One row for each finished item. */
export function sheetRows(folders: SheetFolders, records: readonly ItemRecord[]): SheetRow[] {
  return records.map((record) => ({
    content: join(folders.contentRoot, record.content.path),
    style: join(folders.styleRoot, record.style?.path ?? ''),
    result: join(folders.outputRoot, record.file ?? ''),
    caption: captionOf(record),
  }));
}
