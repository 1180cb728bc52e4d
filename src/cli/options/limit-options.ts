/** The options that end a run early. @module */
import type { Argv } from 'yargs';
import { parseDuration, parseInstant } from '../../calendar/durations.js';
import { localZone } from '../../calendar/zone.js';
import { WildstyleError } from '../../errors.js';
import type { RunLimits } from '../../run/limits/deadline.js';

/** The parsed arguments. */
export interface LimitArguments {
  readonly until?: string;
  readonly maxRuntime?: string;
  readonly maxImages?: number;
}

export function withLimitOptions<T>(yargs: Argv<T>): Argv<T & LimitArguments> {
  return yargs
    .option('until', {
      type: 'string',
      requiresArg: true,
      describe: 'Stop at this time: 06:00, or 2026-11-28 06:00; the next run continues',
    })
    .option('max-runtime', {
      type: 'string',
      requiresArg: true,
      describe: 'Stop after this time, such as 8h or 90m; the next run continues',
    })
    .option('max-images', {
      type: 'number',
      requiresArg: true,
      describe: 'Make at most this many images; the next run continues',
    }) as unknown as Argv<T & LimitArguments>;
}

/** Reads the limits of a run. @throws `option-invalid` */
export function limitsOf({ until, maxRuntime, maxImages }: LimitArguments, nowMs: number): RunLimits {
  if (maxImages !== undefined && !(Number.isInteger(maxImages) && maxImages > 0))
    throw invalid(`--max-images must be a whole number above 0, not ${maxImages}.`);
  const untilMs = until === undefined ? undefined : parseInstant(until, localZone(), nowMs);
  if (until !== undefined && untilMs === undefined)
    throw invalid(`--until must be a time, such as 06:00 or 2026-11-28 06:00, not ${until}.`);
  if (untilMs !== undefined && untilMs <= nowMs) throw invalid(`--until ${until} is in the past.`);
  const maxRuntimeMs = maxRuntime === undefined ? undefined : parseDuration(maxRuntime);
  if (maxRuntime !== undefined && maxRuntimeMs === undefined)
    throw invalid(`--max-runtime must be a duration, such as 8h, 90m or 1h30m, not ${maxRuntime}.`);
  return {
    ...(untilMs !== undefined && { untilMs }),
    ...(maxRuntimeMs !== undefined && { maxRuntimeMs }),
    ...(maxImages !== undefined && { maxImages }),
  };
}

/**
 * Checks that limits hold for a run that something starts again: after the end of one, the next start continues as soon as it may.
 * @param isRetried whether that can be within the same window
 * @throws `option-invalid`
 */
export function checkRepeatedLimits(
  args: LimitArguments,
  { hasWindow, isRetried }: { readonly hasWindow: boolean; readonly isRetried: boolean },
): void {
  const { until, maxRuntime, maxImages } = args;
  const [given] = Object.entries({ until, 'max-runtime': maxRuntime, 'max-images': maxImages })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  if (given === undefined) return;
  const cure = 'Say when the job may run: --window 22:00-06:00, or run.window in its file.';
  if (isRetried)
    throw invalid(`${given} has no effect here: a run that it ends is restarted in the same window.`, cure);
  if (!hasWindow)
    throw invalid(`${given} has no effect without a window: a run that it ends is restarted at once.`, cure);
  if (until?.includes('-'))
    throw invalid(
      `--until ${until} is a single day, but the job starts more than once.`,
      'Give a time of day: --until 06:00.',
    );
}

const invalid = (message: string, cure?: string) =>
  new WildstyleError('option-invalid', message, cure === undefined ? {} : { cure });
