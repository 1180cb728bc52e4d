/** What commands write: text to the standard output, which may be closed or full. @module */
import { WildstyleError } from '../errors.js';
import { printable } from '../printable.js';
import { exitCodes, reportFailure } from './failure.js';

/** Writes lines for people. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Writes a value for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * A command goes on when nobody reads what it says (`| head`), and when it cannot be written. In the second case it
 * ends as failed: who reads a file of its output must be able to rely on it.
 */
export function guardOutput(): void {
  let failed = false;
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE' || failed) return;
    failed = true;
    const message = `The standard output cannot be written: ${cause.message}.`;
    reportFailure(new WildstyleError('output-unwritable', message, { cause }), process.stderr);
  });
  process.stderr.on('error', () => {});
  process.on('exit', () => {
    if (failed && !process.exitCode) process.exitCode = exitCodes.failures;
  });
}
