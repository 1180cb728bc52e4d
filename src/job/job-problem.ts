/** A problem in a job, and how a list of them is shown. @module */
import type { ErrorCode } from '../errors.js';
import type { Path } from './zod-walk.js';

/** Something wrong with a value of a job, or with a key. */
export interface JobProblem {
  /** Where it is; a path may lead to a key that is missing. */
  readonly path: Path;
  /** Whether to point at the key or at its value. */
  readonly at: 'key' | 'value';
  readonly message: string;
  /** What the error is called if it is the only kind of problem; default: what the caller says. */
  readonly code?: ErrorCode;
  readonly cure?: string;
}

/** A place in the text of a job; positions count UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A problem that is ready to be shown. */
export interface ShownProblem {
  /** For the order in which problems are shown. */
  readonly position: number;
  readonly text: string;
  readonly code?: ErrorCode | undefined;
  readonly cure?: string | undefined;
}

const maximumShown = 50;
/** Problems beyond so many are counted, but not looked up in the file: finding a place takes a search. */
export const maximumLocated = 500;

/** All problems as one text, in the order of the file, each once; `uncounted` more exist that are not among them. */
export function showProblems(problems: readonly ShownProblem[], uncounted = 0): string {
  const ordered = [...problems].sort((a, b) => a.position - b.position);
  const texts = [...new Set(ordered.map((problem) => problem.text))];
  const shown = texts.slice(0, maximumShown);
  const more = texts.length - shown.length + uncounted;
  if (more > 0) shown.push(`... and ${more} more problems`);
  return shown.join('\n');
}

/** A path as it is written in messages: `recipe.style.layers[2]`. */
export function showPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** A value as it is quoted in messages: short, on one line. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
