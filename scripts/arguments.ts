/** What commands of this folder share: checks of their arguments, and errors without a trace. @module */
import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { reportFailure } from '../src/cli/failure.js';
import { WildstyleError } from '../src/errors.js';
import { repositoryRoot } from './docs/repository.js';

/** From now on, an error ends the process with its message and cure; only one that nobody foresaw has a trace. */
export function endOnErrors(): void {
  process.on('uncaughtException', (error) => {
    const isUsage = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    process.exit(reportFailure(isUsage ? usageError(error.message) : error, process.stderr));
  });
}

function usageError(message: string): WildstyleError {
  const built = relative(repositoryRoot, process.argv[1] ?? '').replaceAll(sep, '/');
  const source = built.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  return new WildstyleError('option-invalid', message, { cure: `The options are in ${source}.` });
}

/** @throws `option-invalid`, and says where the options are described */
export function refuse(message: string): never {
  throw usageError(message);
}

/** Reads a number. @throws `option-invalid` if it is none or below `least` */
export function numberOf(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  return refuse(`--${option} must be a number of at least ${least}, not ${text}.`);
}

/** Reads a whole number. @throws `option-invalid` if it is none or below `least` */
export function integerOf(option: string, text: string, least: number): number {
  const value = numberOf(option, text, least);
  return Number.isSafeInteger(value) ? value : refuse(`--${option} must be a whole number, not ${text}.`);
}

/** @throws `option-invalid` if one of the files or folders does not exist */
export function mustExist(option: string, ...paths: readonly string[]): void {
  for (const path of paths) if (!existsSync(path)) refuse(`--${option} ${path} does not exist.`);
}
