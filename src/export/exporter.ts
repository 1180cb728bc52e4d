/** The interface of an exporter, which writes a finished dataset in another format. @module */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import type { FilePublisher } from '../files/publish.js';

/** A finished dataset and the destination of its export. */
export interface ExportContext {
  readonly root: string;
  readonly summary: DatasetSummary;
  /** The records of all complete images, in manifest order, one at a time. */
  readonly records: () => AsyncIterable<CompleteRecord>;
  /**
   * The bytes of a record's image file.
   * @throws `dataset-invalid` if the file is missing or is not the image that was recorded
   */
  readonly image: (record: CompleteRecord) => Promise<Uint8Array>;
  /**
   * Opens a file of the export. Committing it publishes it atomically.
   * @param name path relative to the export's folder, with forward slashes
   */
  readonly open: (name: string) => Promise<FilePublisher>;
}

/** An export format. */
export interface Exporter {
  /** Description for the command-line help. */
  readonly describe: string;
  /** Opens, writes and commits every file of the export. The same dataset must give the same bytes. */
  readonly write: (context: ExportContext) => Promise<void>;
}
