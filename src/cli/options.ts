/** Options shared by several commands. @module */
import type { Argv } from 'yargs';
import { WildstyleError } from '../errors.js';
import type { Override } from '../job/overrides.js';

/** The parsed arguments of `run` and `plan`. */
export interface JobArguments {
  readonly job: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly weights?: string;
  readonly limit?: number;
  readonly workers?: string;
}

export function withJobOptions<T>(yargs: Argv<T>): Argv<T & JobArguments> {
  return yargs
    .positional('job', { type: 'string', demandOption: true, describe: 'The job file (YAML)' })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Override a key, e.g. recipe.steps=20; repeatable',
    })
    .option('out', { type: 'string', requiresArg: true, describe: 'Output folder; overrides output.root' })
    .option('weights', {
      type: 'string',
      requiresArg: true,
      describe: 'Weights file; overrides run.weights',
    })
    .option('limit', {
      type: 'number',
      requiresArg: true,
      describe: 'Maximum number of stylized images',
    })
    .option('workers', {
      type: 'string',
      requiresArg: true,
      describe: 'Number of worker processes, or auto',
    }) as Argv<T & JobArguments>;
}

/** Turns options into overrides, so that they get the same checks as the job. Resolves paths with `resolve`. */
export function overridesOf(options: JobArguments, resolve: (path: string) => string): (string | Override)[] {
  const set = (name: keyof JobArguments, path: string, value: string | number | undefined): Override[] =>
    value === undefined ? [] : [{ shown: `--${name} ${options[name]}`, path: path.split('.'), value }];
  const { limit, workers } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new WildstyleError('option-invalid', `--limit must be a whole number above 0, not ${limit}.`);
  }
  if (workers !== undefined && workers !== 'auto' && !/^[1-9]\d*$/.test(workers)) {
    throw new WildstyleError(
      'option-invalid',
      `--workers must be a whole number above 0 or auto, not ${workers}.`,
    );
  }
  return [
    ...(options.set ?? []),
    ...set('out', 'output.root', options.out && resolve(options.out)),
    ...set('weights', 'run.weights', options.weights && resolve(options.weights)),
    ...set('limit', 'sampling.limit', limit),
    ...set('workers', 'run.workers', workers === undefined || workers === 'auto' ? workers : Number(workers)),
  ];
}
