/** A problem in a job, and how problems are displayed. @module */
import type { ErrorCode } from '../../errors.js';
import type { Path } from './zod-walk.js';

/** Something wrong with a value or a key in a job. */
export interface JobProblem {
  /** Where the problem is; may be the path of a missing key. */
  readonly path: Path;
  /** Whether to point at the key or at its value. */
  readonly at: 'key' | 'value';
  readonly message: string;
  /** The error code if every problem has a code of its own. Default: the general code for the job. */
  readonly code?: ErrorCode;
  readonly cure?: string;
}

/** A range in the text of a job, in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A problem ready for display. */
export interface ShownProblem {
  /** Problems are displayed in order of position. */
  readonly position: number;
  readonly text: string;
  readonly code?: ErrorCode | undefined;
  readonly cure?: string | undefined;
}

const maximumShown = 50;
/** Problems beyond this number are counted but not located, because locating each one takes a search. */
export const maximumLocated = 500;

/** Formats problems as one text, in file order and without repeats. `uncounted` is how many more exist. */
export function showProblems(problems: readonly ShownProblem[], uncounted = 0): string {
  const ordered = [...problems].sort((a, b) => a.position - b.position);
  const texts = [...new Set(ordered.map((problem) => problem.text))];
  const shown = texts.slice(0, maximumShown);
  const more = texts.length - shown.length + uncounted;
  if (more > 0) shown.push(`... and ${more} more problems`);
  return shown.join('\n');
}

/** A path as shown in messages: `recipe.style.layers[2]`. */
export function showPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** A value as quoted in messages: short, on one line. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
