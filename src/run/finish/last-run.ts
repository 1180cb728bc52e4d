/** What a dataset says of the run that ended last. @module */
import type { Counts } from '../../dataset/ledger/tally.js';
import type { LastRun } from '../../dataset/summary.js';
import type { Job } from '../../job/schema.js';
import { tooManyFailures } from '../tolerance.js';

/** What the workers of a run did. */
export interface WorkersTime {
  readonly workers: number;
  /** Time from the start of the workers to the last image in milliseconds, times their number. */
  readonly workerMs: number;
  /** Of this, the time in which they computed. */
  readonly computedMs: number;
}

/** Returns what `dataset.json` says of a run. */
export function lastRunOf(counts: Counts, run: Job['run'], { workers, ...time }: WorkersTime): LastRun {
  const [workerMs, computedMs] = [time.workerMs, time.computedMs].map(Math.round);
  return { workers, workerMs, computedMs, ...toleranceOf(counts, run) };
}

/** Returns what shards that ran side by side did together; undefined if one does not say. */
export function lastRunOfShards(counts: Counts, runs: readonly (LastRun | undefined)[]): LastRun | undefined {
  const known = runs.flatMap((run) => run ?? []);
  if (known.length === 0 || known.length < runs.length) return undefined;
  const sum = (key: keyof WorkersTime) => known.reduce((total, run) => total + run[key], 0);
  const maxFailures = Math.max(...known.map((run) => run.maxFailures));
  const time = { workers: sum('workers'), workerMs: sum('workerMs'), computedMs: sum('computedMs') };
  return { ...time, ...toleranceOf(counts, { maxFailures }) };
}

const toleranceOf = (counts: Counts, { maxFailures }: Pick<Job['run'], 'maxFailures'>) => ({
  maxFailures,
  tooManyFailures: tooManyFailures(counts, { maxFailures }),
});
