/** The output of commands on stdout, which may be closed or full. @module */
import { WildstyleError } from '../../errors.js';
import { printable } from '../../printable.js';
import { exitCodes, reportFailure } from '../failure.js';

/** Prints text for people. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Prints a value as JSON for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Keeps a command running if its output is no longer read (`| head`) or cannot be written. In the second case the
 * command exits with a failure, so that scripts can trust the output of a successful one.
 */
export function guardOutput(): void {
  let failed = false;
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    // After a closed pipe or a closed terminal, nobody is there to tell.
    if (cause.code === 'EPIPE' || (cause.code === 'EIO' && process.stdout.isTTY) || failed) return;
    failed = true;
    const message = `Cannot write to standard output: ${cause.message}.`;
    reportFailure(new WildstyleError('output-unwritable', message, { cause }), process.stderr);
  });
  process.stderr.on('error', () => {});
  process.on('exit', () => {
    if (failed && !process.exitCode) process.exitCode = exitCodes.failures;
  });
}
