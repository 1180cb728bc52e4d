/**
 * The one error class of the project. Every code is documented in `docs/errors.md` with cause and cure.
 * @module
 */

/** What an error ends when it comes up: one item, the run, or the command before a run starts. */
export type ErrorScope = 'item' | 'run' | 'job';

/** What a code means to a run and to a script that called it. */
interface Severity {
  readonly scope: ErrorScope;
  /** What a command that ends with it exits with; 75 means that running it again resumes. */
  readonly exitCode: 2 | 75;
}

const job: Severity = { scope: 'job', exitCode: 2 };
const run: Severity = { scope: 'run', exitCode: 2 };
const item: Severity = { scope: 'item', exitCode: 2 };

/** Every code an error can carry, with its severity. */
const severities = {
  // The job or the command is wrong.
  'job-not-found': job,
  'job-too-large': job,
  'job-syntax': job,
  'job-invalid': job,
  'override-invalid': job,
  'option-invalid': job,
  // The folders a job names.
  'content-missing': job,
  'style-missing': job,
  'labels-invalid': job,
  'path-outside-root': job,
  // Networks, weights and engines.
  'weights-missing': run,
  'weights-invalid': run,
  'layer-unknown': item,
  'shape-mismatch': item,
  'kernel-unsupported': item,
  'trace-data-dependent': item,
  'engine-unavailable': run,
  'engine-failed': { scope: 'item', exitCode: 75 },
  // One image or one item.
  'image-missing': item,
  'image-empty': item,
  'image-corrupt': item,
  'image-unsupported': item,
  'image-multi-page': item,
  'image-too-large': item,
  'image-changed': item,
  'loss-diverged': item,
  'worker-crashed': item,
  // The output folder.
  'output-in-use': run,
  'output-differs': job,
  'output-foreign': job,
  'output-unwritable': run,
  'disk-full': { scope: 'run', exitCode: 75 },
  'dataset-invalid': job,
  internal: item,
} as const satisfies Record<string, Severity>;

/** One of {@link errorCodes}. */
export type ErrorCode = keyof typeof severities;

/** Every code, a closed union, so that callers can switch on it. */
export const errorCodes = Object.keys(severities) as readonly ErrorCode[];

/** What a code ends, and the exit code of a command that ends with it. */
export function severityOf(code: ErrorCode): Severity {
  return severities[code];
}

/** An error with a stable code, the bad value in its message, and the cure where one is known. */
export class WildstyleError extends Error {
  readonly code: ErrorCode;
  readonly cure: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cure?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WildstyleError';
    this.code = code;
    this.cure = options.cure;
  }
}

/** The error as it is when it already carries a code, else wrapped with the code given. */
export function asWildstyleError(error: unknown, code: ErrorCode = 'internal'): WildstyleError {
  if (error instanceof WildstyleError) return error;
  return new WildstyleError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
