/** Writes the script of a Slurm array that makes the shards of a job. @module */
import { batchScript, logPattern, requeueOptions } from './sbatch.js';
import { shellLine } from './shell.js';

/** What a Slurm array makes, and with what. */
export interface SlurmArray {
  /** The command of a task, without `--shards`: `wildstyle task` with a job. */
  readonly command: readonly string[];
  /** Indexes of the shards that are left. */
  readonly left: readonly number[];
  /** Number of shards of the job. */
  readonly count: number;
  /** Tasks of the array; each makes one shard after the other. */
  readonly tasks: number;
  /** When it may begin, for `--begin`. */
  readonly begin?: string | undefined;
  /** For `--time`. */
  readonly time?: string | undefined;
  readonly cpusPerTask?: number | undefined;
  readonly partition?: string | undefined;
  /** Folder for the output of the tasks. */
  readonly logFolder: string;
  /** Working directory of the tasks. */
  readonly workingDirectory: string;
  /** See `BatchScript`. */
  readonly timeZone?: string | undefined;
}

/**
 * Returns the script. Each task has a line with its shards, so that a task that is submitted alone makes what it made in the
 * array. `exec` lets the signal of Slurm reach the command.
 */
export function slurmScript(array: SlurmArray): string {
  const { command, left, count, tasks, begin, time, cpusPerTask, partition } = array;
  const { logFolder, workingDirectory, timeZone } = array;
  const shardsOf = (task: number) => left.filter((_, position) => position % tasks === task);
  return batchScript({
    options: [
      '--job-name=wildstyle',
      `--array=0-${tasks - 1}`,
      ...requeueOptions,
      `--output=${logPattern(logFolder, 'slurm-%A_%a.log')}`,
      `--chdir=${workingDirectory}`,
      ...(begin === undefined ? [] : [`--begin=${begin}`]),
      ...(time === undefined ? [] : [`--time=${time}`]),
      ...(cpusPerTask === undefined ? [] : [`--cpus-per-task=${cpusPerTask}`]),
      ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ],
    timeZone,
    body: `shards=(
${Array.from({ length: tasks }, (_, task) => `  ${shardsOf(task).join(',')}/${count}`).join('\n')}
)
exec ${shellLine(command)} --shards "\${shards[SLURM_ARRAY_TASK_ID]}"
`,
  });
}

/** Returns the arguments of `sbatch` for the merge, after an array in which every task has succeeded. */
export function slurmMerge(arrayId: string, command: readonly string[], logFolder: string): string[] {
  return [
    '--parsable',
    '--job-name=wildstyle-merge',
    `--dependency=afterok:${arrayId}`,
    '--kill-on-invalid-dep=yes',
    `--output=${logPattern(logFolder, 'slurm-merge-%j.log')}`,
    `--wrap=${shellLine(command)}`,
  ];
}
