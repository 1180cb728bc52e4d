/** The options of a run beside those of its job: of `run`, and of what starts it later. @module */
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { type LimitArguments, limitsOf, withLimitOptions } from './limit-options.js';
import { jobArguments, type OverrideArguments } from './options.js';

/** The parsed arguments. */
export interface RunOptionArguments extends LimitArguments {
  readonly extend?: boolean;
  readonly retryFailed?: boolean;
  readonly logFile?: string;
}

export function withRunOptions<T>(yargs: Argv<T>): Argv<T & RunOptionArguments> {
  return withLimitOptions(yargs)
    .option('extend', { type: 'boolean', describe: 'Add to a dataset that a different job created' })
    .option('retry-failed', { type: 'boolean', describe: 'Retry failed images' })
    .option('log-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Log file, one line of JSON per event; default: .wildstyle/log.jsonl in the output folder',
    }) as unknown as Argv<T & RunOptionArguments>;
}

/** Returns all options as they were given, with absolute paths, for a command that runs later. @throws `option-invalid` */
export function runArguments(args: OverrideArguments & RunOptionArguments, nowMs: number): string[] {
  limitsOf(args, nowMs);
  const { until, maxRuntime, maxImages, logFile, extend, retryFailed } = args;
  const values = {
    until,
    'max-runtime': maxRuntime,
    'max-images': maxImages,
    'log-file': logFile && resolve(logFile),
  };
  return [
    ...jobArguments(args),
    ...Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, `${value}`],
    ),
    ...(extend ? ['--extend'] : []),
    ...(retryFailed ? ['--retry-failed'] : []),
  ];
}
