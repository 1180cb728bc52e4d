/**
 * The project's only error class. `docs/errors.md` documents the cause and cure of every code.
 * @module
 */

/** What an error stops: one item, the whole run, or the command before a run starts. */
export type ErrorScope = 'item' | 'run' | 'job';

/** How a run and the calling script treat a code. */
interface Severity {
  readonly scope: ErrorScope;
  /** The command's exit code. 75 means that running the command again resumes the work. */
  readonly exitCode: 2 | 75;
}

const job: Severity = { scope: 'job', exitCode: 2 };
const run: Severity = { scope: 'run', exitCode: 2 };
/** The machine is in trouble: every item would meet it, and it passes. */
const trouble: Severity = { scope: 'run', exitCode: 75 };
const item: Severity = { scope: 'item', exitCode: 2 };

/** Every error code and its severity. */
const severities = {
  // The job or the command is wrong.
  'job-not-found': job,
  'job-too-large': job,
  'job-syntax': job,
  'job-invalid': job,
  'override-invalid': job,
  'option-invalid': job,
  // The job's input folders.
  'content-missing': job,
  'style-missing': job,
  'labels-invalid': job,
  'path-outside-root': job,
  'annotations-invalid': item,
  'mask-invalid': item,
  'split-conflict': job,
  'split-invalid': job,
  'classifier-invalid': job,
  'gate-weak': job,
  // When a job may run.
  'outside-window': { scope: 'run', exitCode: 75 },
  // Networks, weights and engines.
  'weights-missing': run,
  'weights-invalid': run,
  'download-failed': job,
  'download-interrupted': { scope: 'job', exitCode: 75 },
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
  'label-lost': item,
  'worker-crashed': item,
  // The output folder.
  // It passes: the other run ends, or its lock is taken over.
  'output-in-use': trouble,
  'output-differs': job,
  'output-foreign': job,
  'output-unwritable': run,
  'disk-full': trouble,
  'disk-failed': trouble,
  'lock-lost': trouble,
  // The machine.
  'input-unavailable': trouble,
  'resources-exhausted': trouble,
  'workers-failing': trouble,
  'dataset-invalid': job,
  'shard-missing': { scope: 'job', exitCode: 75 },
  'shard-foreign': job,
  internal: item,
} as const satisfies Record<string, Severity>;

/** One of {@link errorCodes}. */
export type ErrorCode = keyof typeof severities;

/** Every error code. {@link ErrorCode} is a closed union, so callers can switch on it exhaustively. */
export const errorCodes = Object.keys(severities) as readonly ErrorCode[];

/** What a code stops, and the exit code of the command. */
export function severityOf(code: ErrorCode): Severity {
  return severities[code];
}

/** An error with a stable code, a message that contains the bad value, and a cure if there is one. */
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

/** Returns a `WildstyleError` unchanged and wraps any other error with the given code. */
export function asWildstyleError(error: unknown, code: ErrorCode = 'internal'): WildstyleError {
  if (error instanceof WildstyleError) return error;
  return new WildstyleError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
