/** The problems that verification finds. @module */

/** The kinds of problems. */
export type DatasetProblemCode =
  | 'file-missing'
  | 'file-altered'
  | 'file-extra'
  | 'shape-differs'
  | 'record-invalid'
  | 'metadata-differs'
  | 'manifest-altered'
  | 'summary-differs'
  | 'export-outdated'
  // Leaks between splits.
  | 'photograph-shared'
  | 'group-shared'
  | 'image-shared'
  | 'picture-shared'
  | 'style-shared';

/** A problem in a dataset. */
export interface DatasetProblem {
  readonly code: DatasetProblemCode;
  /** Path relative to the dataset folder. */
  readonly file: string;
  readonly message: string;
}
