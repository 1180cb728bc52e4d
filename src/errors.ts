/**
 * The one error class of the project. Every code is documented in `docs/errors.md` with cause and cure.
 * @module
 */

/** Every code an error can carry; a closed union, so that callers can switch on it. */
export const errorCodes = [
  // The job or the command is wrong.
  'job-not-found',
  'job-too-large',
  'job-syntax',
  'job-invalid',
  'override-invalid',
  'option-invalid',
  // The folders a job names.
  'content-missing',
  'style-missing',
  'labels-invalid',
  'path-outside-root',
  // Networks, weights and engines.
  'weights-missing',
  'weights-invalid',
  'layer-unknown',
  'shape-mismatch',
  'kernel-unsupported',
  'trace-data-dependent',
  'engine-unavailable',
  'engine-failed',
  // One image or one item.
  'image-missing',
  'image-empty',
  'image-corrupt',
  'image-unsupported',
  'image-multi-page',
  'image-too-large',
  'image-changed',
  'loss-diverged',
  'worker-crashed',
  // The output folder.
  'output-in-use',
  'output-differs',
  'output-foreign',
  'output-unwritable',
  'disk-full',
  'dataset-invalid',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

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
