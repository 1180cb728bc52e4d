/** The interface of an exporter, which writes a finished dataset in another format. @module */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import type { PublishedFile } from '../files/publish.js';
import type { ExportFile } from './staging/export-file.js';

/** What a user can choose for an export. Part of its identity: an export with other options starts over. */
export interface ExportOptions {
  /** Maximum number of images in a shard, for formats with shards. */
  readonly shardImages: number;
}

/** A finished dataset and the destination of its export. */
export interface ExportContext {
  readonly root: string;
  readonly summary: DatasetSummary;
  readonly options: ExportOptions;
  /** Splits with images, sorted by name. */
  readonly splits: readonly string[];
  /** Classes with images, in the order in which loaders number class folders. Empty in a dataset without labels. */
  readonly classes: readonly string[];
  /** The records of the complete images of one split, or of all, in manifest order, one at a time. */
  readonly records: (split?: string) => AsyncIterable<CompleteRecord>;
  /**
   * The bytes of a record's image file.
   * @throws `dataset-invalid` if the file is missing or is not the image that was recorded
   */
  readonly image: (record: CompleteRecord) => Promise<Uint8Array>;
  /**
   * The size of a record's image file in bytes.
   * @throws `dataset-invalid` if the file is missing
   */
  readonly imageBytes: (record: CompleteRecord) => Promise<number>;
  /**
   * Opens a file of the export. Committing it stages it; all files of an export appear together.
   * @param name path relative to the export's folder, with forward slashes
   */
  readonly open: (name: string) => Promise<ExportFile>;
  /** Takes a file from an interrupted export, if it was committed there. It then need not be written again. */
  readonly reuse: (name: string) => PublishedFile | undefined;
  /** Adds a copy of a record's image as a file of the export. @throws `dataset-invalid`, like {@link image} */
  readonly copy: (name: string, record: CompleteRecord) => Promise<void>;
  /**
   * Adds a small file. For formats with a file for each image: unlike {@link open}, it costs a single flush, and several
   * can be added at once. An interrupted export has its content computed again, but not written again.
   */
  readonly add: (name: string, content: string | Uint8Array) => Promise<void>;
}

/** An export format. */
export interface Exporter {
  /**
   * Writes and commits every file of the export, in an order that does not depend on what could be reused. The same
   * dataset must give the same bytes.
   */
  readonly write: (context: ExportContext) => Promise<void>;
}

/**
 * Writes a file, unless an interrupted export has it already.
 * @param write writes its content; the file is then committed
 */
export async function exportFile(
  { open, reuse }: Pick<ExportContext, 'open' | 'reuse'>,
  name: string,
  write: (file: ExportFile) => Promise<void>,
): Promise<PublishedFile> {
  const reused = reuse(name);
  if (reused) return reused;
  const file = await open(name);
  await write(file);
  return file.commit();
}
