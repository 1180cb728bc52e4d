/** What verification finds. @module */

/** What can be wrong with a dataset. */
export type DatasetProblemCode =
  | 'file-missing'
  | 'file-altered'
  | 'file-extra'
  | 'shape-differs'
  | 'record-invalid'
  | 'metadata-differs'
  | 'manifest-altered'
  | 'summary-differs'
  | 'export-outdated';

/** One thing that is wrong. */
export interface DatasetProblem {
  readonly code: DatasetProblemCode;
  /** Below the dataset's root. */
  readonly file: string;
  readonly message: string;
}
