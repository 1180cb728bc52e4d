/** `wildstyle task`: what a Slurm job does. @module */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { windowsOf } from '../../calendar/window.js';
import { formatInstant, localZone } from '../../calendar/zone.js';
import type { OutputPlace } from '../../dataset/output-paths.js';
import { readStatus } from '../../dataset/status/status-file.js';
import { loadJob } from '../../job/load.js';
import { shardText } from '../../plan/shard.js';
import { startRun } from '../../run/schedule/run-process.js';
import { slurmJob } from '../../run/slurm/slurm-job.js';
import { startTask } from '../../run/slurm/slurm-task.js';
import { shellLine } from '../../submit/shell.js';
import type { CommandBody } from '../command-list.js';
import { exitCodes } from '../failure.js';
import { type JobArguments, overridesOf, withJobOptions } from '../options/options.js';
import { type RunOptionArguments, runArguments, withRunOptions } from '../options/run-options.js';
import { readShards } from '../options/shard-option.js';
import { print } from '../terminal/output.js';
import { stopSignals } from '../terminal/signals.js';

interface TaskArguments extends JobArguments, RunOptionArguments {
  readonly shards?: string;
}

export const taskCommand: CommandBody<TaskArguments> = {
  builder: (yargs) =>
    withRunOptions(withJobOptions(yargs)).option('shards', {
      type: 'string',
      requiresArg: true,
      describe: 'The shards to make, one after the other: 0,4,8/12; default: the whole job',
    }) as never,
  async handler(args) {
    const shards = args.shards === undefined ? [] : readShards(args.shards);
    const options = runArguments(args, Date.now());
    const slurm = slurmJob(process.env, runSheltered);
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const { root } = job.output;
    const places: OutputPlace[] = shards.length > 0 ? shards.map((shard) => ({ root, shard })) : [root];
    const command = [process.argv[1], 'run', resolve(args.job), ...options];
    const task = startTask({
      starts: (shards.length > 0 ? shards.map((shard) => ['--shard', shardText(shard)]) : [[]]).map(
        (words) => () => startRun([process.execPath, ...command, ...words]),
      ),
      countDone: () => countDone(places),
      windows: windowsOf(job.run.window),
      job: slurm,
      now: Date.now,
    });
    const signals = stopSignals();
    signals.drain.addEventListener('abort', task.stop);
    signals.abandon.addEventListener('abort', task.stop);
    const ended = await task.ended;
    signals.dispose();
    switch (ended.type) {
      case 'again':
        print(`Unfinished. Starts again ${formatInstant(localZone(), ended.atMs)} (${localZone()}).`);
        process.exitCode = exitCodes.stopped;
        return;
      case 'give-up':
        print(
          `Unfinished, but ${ended.setbacks} starts in a row have made no image${ended.errorCode ? ` (${ended.errorCode})` : ''}. Fix the cause, then submit the job again.`,
        );
        process.exitCode = exitCodes.stopped;
        return;
      case 'canceled':
        print('Unfinished, but Slurm has ended this job.');
        process.exitCode = ended.exitCode;
        return;
      default:
        process.exitCode = ended.exitCode;
    }
  },
};

/** Runs programs in a shell that a signal does not end. */
async function runSheltered(programs: readonly (readonly string[])[]): Promise<string> {
  const script = `trap "" TERM; ${programs.map(shellLine).join(' && ')}`;
  try {
    return (await promisify(execFile)('/bin/sh', ['-c', script])).stdout;
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { readonly stderr?: string };
    throw new Error(stderr.trim() || message, { cause });
  }
}

/** Counts what is recorded, from the status of each place: a small file. */
async function countDone(places: readonly OutputPlace[]): Promise<number> {
  const found = await Promise.all(places.map((place) => readStatus(place)));
  return found.reduce((sum, status) => sum + (status?.complete ?? 0) + (status?.failed ?? 0), 0);
}
