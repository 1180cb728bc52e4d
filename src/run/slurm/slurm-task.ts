/** What a Slurm job does at one start: makes shards one after the other, and requeues itself while work is left. @module */
import type { Window } from '../../calendar/window.js';
import type { GoingRun } from '../schedule/scheduler.js';
import { afterStart, type EndedRun, type Next } from './after-start.js';
import type { SlurmJob } from './slurm-job.js';

/** What a start needs. */
export interface SlurmTask {
  /** Starts the runs, one for each shard. */
  readonly starts: readonly (() => GoingRun)[];
  /** Counts the images that are made or recorded as failed, in all of the shards. */
  readonly countDone: () => Promise<number>;
  readonly windows: readonly Window[] | undefined;
  readonly job: SlurmJob;
  readonly now: () => number;
}

/** A start in progress. */
export interface GoingTask {
  /** Lets the run finish the images in progress, and starts no other; the second time, stops it at once. */
  readonly stop: () => void;
  /** What became of it. `canceled`: work is left, but Slurm has ended the job for good. */
  readonly ended: Promise<Next | { readonly type: 'canceled'; readonly exitCode: number }>;
}

/** Starts. A run that ends badly does not keep the others from starting. */
export function startTask({ starts, countDone, windows, job, now }: SlurmTask): GoingTask {
  let going: GoingRun | undefined;
  let wasTold = false;
  const work = async () => {
    const { setbacks } = await job.state();
    const before = await countDone();
    const runs: EndedRun[] = [];
    for (const start of starts) {
      if (wasTold) break;
      going = start();
      runs.push(await going.ended);
    }
    const notStarted = starts.length - runs.length;
    const made = (await countDone()) - before;
    const next = afterStart({ runs, notStarted, wasTold, made, setbacks, windows }, now());
    if (next.type !== 'again') return next;
    if (!(await job.state()).mayGoOn) return { type: 'canceled' as const, exitCode: 75 };
    await job.requeue(next.atMs - now(), next.setbacks);
    return next;
  };
  return {
    stop() {
      wasTold = true;
      going?.stop();
    },
    ended: work(),
  };
}
