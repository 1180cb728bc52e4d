/** A script for `sbatch` that runs a job in its windows. @module */
import { batchScript, logPattern, requeueOptions } from '../sbatch.js';
import { shellLine } from '../shell.js';

/** A job that requeues itself until it is done. */
export interface NightlySlurm {
  /** For the queue and the log. */
  readonly name: string;
  /** `wildstyle task` with a job. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** When it may begin, for `--begin`; `wildstyle task` sees to all later starts. */
  readonly begin?: string | undefined;
  readonly cpusPerTask?: number | undefined;
  /** See `BatchScript`. */
  readonly timeZone?: string | undefined;
}

/** Returns the script. The command asks the windows of the job when the next start is, each time that work is left. */
export function nightlySlurm(job: NightlySlurm): string {
  const { name, command, workingDirectory, begin, cpusPerTask, timeZone } = job;
  return batchScript({
    options: [
      `--job-name=${name}`,
      ...(begin === undefined ? [] : [`--begin=${begin}`]),
      ...requeueOptions,
      `--output=${logPattern(workingDirectory, `${name}-%j.log`)}`,
      `--chdir=${workingDirectory}`,
      ...(cpusPerTask === undefined ? [] : [`--cpus-per-task=${cpusPerTask}`]),
    ],
    timeZone,
    body: `exec ${shellLine(command)}\n`,
  });
}
