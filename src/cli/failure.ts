/** Error output and exit codes. @module */
import { asWildstyleError, severityOf, WildstyleError } from '../errors.js';
import { asMachineError } from '../files/file-system.js';
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

/** A start opens about this many files at a time. */
const neededDescriptors = 256;

/**
 * Too few file descriptors show first where Node.js opens the modules of a command: as what they are, or as a package that it
 * cannot find.
 */
function ofMachine(error: unknown): WildstyleError | undefined {
  if (error instanceof WildstyleError || !(error instanceof Error)) return undefined;
  const { path = 'wildstyle', code } = error as NodeJS.ErrnoException;
  const isUnfound = code === 'ERR_MODULE_NOT_FOUND' && descriptorLimit() < neededDescriptors;
  return asMachineError(isUnfound ? { code: 'EMFILE' } : error, path);
}

/** Where the system has no such limit, it is infinite. */
function descriptorLimit(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY;
}

/** Prints an error as `code: message`, with its cure, and returns the exit code. */
export function reportFailure(error: unknown, stream: NodeJS.WritableStream): number {
  const known = ofMachine(error) ?? asWildstyleError(error);
  stream.write(printable(`wildstyle: ${known.code}: ${known.message}\n`));
  if (known.cure) stream.write(printable(`  ${known.cure}\n`));
  if (known.code === 'internal')
    stream.write(`${known.cause instanceof Error ? known.cause.stack : known.stack}\n`);
  return severityOf(known.code).exitCode;
}
