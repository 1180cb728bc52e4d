/** Error output and exit codes. @module */
import { asWildstyleError, severityOf } from '../errors.js';
import { printable } from '../printable.js';

/** The exit codes of every command. */
export const exitCodes = {
  complete: 0,
  /** Finished, but more images failed than the job tolerates, or a check found differences. */
  failures: 1,
  /** Invalid job or command. */
  usage: 2,
  /** Stopped early; run again to resume. */
  stopped: 75,
} as const;

/** Prints an error as `code: message`, with its cure, and returns the exit code. */
export function reportFailure(error: unknown, stream: NodeJS.WritableStream): number {
  const known = asWildstyleError(error);
  stream.write(printable(`wildstyle: ${known.code}: ${known.message}\n`));
  if (known.cure) stream.write(printable(`  ${known.cure}\n`));
  if (known.code === 'internal')
    stream.write(`${known.cause instanceof Error ? known.cause.stack : known.stack}\n`);
  return severityOf(known.code).exitCode;
}
