/** Options shared by several commands. @module */
import { resolve as absolute } from 'node:path';
import type { Argv } from 'yargs';
import { isAuto } from '../../auto.js';
import { WildstyleError } from '../../errors.js';
import { didYouMean } from '../../job/messages/suggest.js';
import type { Override } from '../../job/overrides.js';
import { type NetworkName, networkNames, networks } from '../../stylize/networks/index.js';

/** The parsed arguments that change a job. */
export interface OverrideArguments {
  readonly set?: readonly string[];
  readonly out?: string;
  readonly weights?: string;
  readonly limit?: number;
  readonly workers?: string;
  readonly window?: string;
}

/** The parsed arguments of `run` and `plan`. */
export interface JobArguments extends OverrideArguments {
  readonly job: string;
}

export function withJobOptions<T>(yargs: Argv<T>): Argv<T & JobArguments> {
  return withOverrideOptions(
    yargs.positional('job', { type: 'string', demandOption: true, describe: 'The job file (YAML)' }),
  ) as unknown as Argv<T & JobArguments>;
}

export function withOverrideOptions<T>(yargs: Argv<T>): Argv<T & OverrideArguments> {
  return yargs
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
      describe: 'Weights file, or network=file; overrides run.weights',
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
    })
    .option('window', {
      type: 'string',
      requiresArg: true,
      describe: 'Hours in which to run, such as 22:00-06:00, or always; overrides run.window',
    }) as Argv<T & OverrideArguments>;
}

/** Converts options to overrides, so that they get the same checks as the job. `resolve` makes paths absolute. */
export function overridesOf(
  options: OverrideArguments,
  resolve: (path: string) => string,
): (string | Override)[] {
  const set = (name: keyof OverrideArguments, path: string, value: unknown): Override[] =>
    value === undefined ? [] : [{ shown: `--${name} ${options[name]}`, path: path.split('.'), value }];
  const { limit, workers } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new WildstyleError('option-invalid', `--limit must be a whole number above 0, not ${limit}.`);
  }
  if (workers !== undefined && !isAuto(workers) && !/^[1-9]\d*$/.test(workers)) {
    throw new WildstyleError(
      'option-invalid',
      `--workers must be a whole number above 0 or auto, not ${workers}.`,
    );
  }
  return [
    ...(options.set ?? []),
    ...set('out', 'output.root', options.out && resolve(options.out)),
    ...set('weights', 'run.weights', options.weights && parseWeights(options.weights, resolve)),
    ...set('limit', 'sampling.limit', limit),
    ...set('window', 'run.window', options.window),
    ...set('workers', 'run.workers', workers === undefined || isAuto(workers) ? workers : Number(workers)),
  ];
}

/** Parses `file`, or comma-separated `network=file` pairs, into the form of `run.weights`. */
export function parseWeights(
  text: string,
  resolve: (path: string) => string,
): string | Partial<Record<NetworkName, string>> {
  const pairs = text.split(',').map((pair) => /^(\w+)=(.+)$/.exec(pair));
  if (pairs.some((pair) => pair === null)) return resolve(text);
  const withWeights = networkNames.filter((name) => networks[name].takesWeights);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', file = ''] = pair ?? [];
      if (!withWeights.some((known) => known === name)) {
        const message = `--weights names "${name}", which is not a network with weights${didYouMean(name, withWeights)}`;
        throw new WildstyleError('option-invalid', message, { cure: `Networks: ${withWeights.join(', ')}.` });
      }
      return [name, resolve(file)];
    }),
  );
}

/** Makes the paths in a `--weights` absolute: `file`, or comma-separated `network=file` pairs. */
export function absoluteWeights(text: string): string {
  const weights = parseWeights(text, (path) => absolute(path));
  if (typeof weights === 'string') return weights;
  return Object.entries(weights)
    .map(([name, file]) => `${name}=${file}`)
    .join(',');
}

/** Returns the options of a job as they were given, with absolute paths. */
export function jobArguments({
  set = [],
  out,
  weights,
  limit,
  workers,
  window,
}: OverrideArguments): string[] {
  const given = {
    out: out && absolute(out),
    weights: weights && absoluteWeights(weights),
    ...{ limit, workers, window },
  };
  return [
    ...set.flatMap((override) => ['--set', override]),
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, `${value}`],
    ),
  ];
}
