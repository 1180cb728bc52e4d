/** A problem of a dataset as a line. @module */
import type { DatasetProblem } from '../../dataset/verify/dataset-problem.js';

export function problemLine({ code, file, message }: DatasetProblem): string {
  return `${code}  ${file}  ${message}`;
}
