/** The data in the page, as the writer makes it and the script reads it. @module */
import type { Parameters, ReportRow } from './rows.js';

/** What is the same for all rows, and the rows. */
export interface PageData {
  readonly thumbnailPx: number;
  /** Thumbnails in a row, and rows, of a sheet. */
  readonly sheetEdge: number;
  readonly constants: Parameters;
  /** Addresses of the sheets of thumbnails; empty for a sheet without any. */
  readonly sheets: readonly string[];
  readonly rows: readonly ReportRow[];
}
