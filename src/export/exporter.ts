/** What an exporter is: another format for a finished dataset. @module */
import type { CompleteRecord } from '../dataset/ledger/record.js';
import type { DatasetSummary } from '../dataset/summary.js';
import type { FilePublisher } from '../files/publish.js';

/** A finished dataset, and where an export of it goes. */
export interface ExportContext {
  readonly root: string;
  readonly summary: DatasetSummary;
  /** The records of all images, in the order of the manifest, one at a time. */
  readonly records: () => AsyncIterable<CompleteRecord>;
  /**
   * Opens a file of the export; it appears whole or not at all when it is committed.
   * @param name below the folder of the export, with forward slashes
   */
  readonly open: (name: string) => Promise<FilePublisher>;
}

/** A format that datasets are exported to. */
export interface Exporter {
  /** For the help of the command line. */
  readonly describe: string;
  /** Writes every file of the export with `open`, and commits it. The same dataset gives the same bytes. */
  readonly write: (context: ExportContext) => Promise<void>;
}
