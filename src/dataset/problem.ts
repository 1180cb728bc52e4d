/** What verification finds. @module */

/** What can be wrong with a dataset. */
export type ProblemCode =
  | 'file-missing'
  | 'file-altered'
  | 'file-extra'
  | 'shape-differs'
  | 'record-invalid'
  | 'metadata-differs'
  | 'manifest-altered'
  | 'summary-differs';

/** One thing that is wrong. */
export interface Problem {
  readonly code: ProblemCode;
  /** Below the dataset's root. */
  readonly file: string;
  readonly message: string;
}
