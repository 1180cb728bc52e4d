/** Writes the script of a Slurm array that makes the shards of a job. @module */
import { shellLine } from './shell.js';

/** What a Slurm array makes, and with what. */
export interface SlurmArray {
  /** The command that makes a shard, without `--shard`. */
  readonly command: readonly string[];
  /** Indexes of the shards that are left. */
  readonly left: readonly number[];
  /** Number of shards of the job. */
  readonly count: number;
  /** Tasks of the array; each makes one shard after the other. */
  readonly tasks: number;
  /** For `--time`. */
  readonly time?: string | undefined;
  readonly cpusPerTask?: number | undefined;
  readonly partition?: string | undefined;
  /** Folder for the output of the tasks. */
  readonly logFolder: string;
  /** Working directory of the tasks. */
  readonly workingDirectory: string;
}

/** A run gets this long to finish the images in progress before the time limit of its task. Slurm may signal 60 s earlier. */
const signalSeconds = 60;
/** Exit code of a run that was stopped and can go on. */
const stopped = 75;

/**
 * Returns the script. Before its time limit a task passes SIGTERM on to the run, which finishes the images in progress and
 * exits with 75; then the task is put back into the queue, where it goes on. A shard that is complete does nothing.
 */
export function slurmScript(array: SlurmArray): string {
  const { command, left, count, tasks, time, cpusPerTask, partition, logFolder, workingDirectory } = array;
  const options = [
    '--job-name=wildstyle',
    `--array=0-${tasks - 1}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:TERM@${signalSeconds}`,
    `--output=${logFolder}/slurm-%A_%a.log`,
    `--chdir=${workingDirectory}`,
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(cpusPerTask === undefined ? [] : [`--cpus-per-task=${cpusPerTask}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join('\n')}

shards=(${left.join(' ')})
stopping=
child=
trap 'stopping=1; [ -n "$child" ] && kill -TERM "$child"' TERM

for ((i = SLURM_ARRAY_TASK_ID; i < \${#shards[@]}; i += ${tasks})); do
  ${shellLine(command)} --shard "\${shards[i]}/${count}" &
  child=$!
  wait "$child"
  code=$?
  # A signal ends the first wait.
  if [ -n "$stopping" ]; then
    wait "$child"
    code=$?
  fi
  if [ "$code" -eq ${stopped} ]; then
    scontrol requeue "$SLURM_JOB_ID"
    exit ${stopped}
  fi
  if [ "$code" -ne 0 ]; then exit "$code"; fi
done
`;
}

/** Returns the arguments of `sbatch` for the merge, after an array in which every task has succeeded. */
export function slurmMerge(arrayId: string, command: readonly string[], logFolder: string): string[] {
  return [
    '--parsable',
    '--job-name=wildstyle-merge',
    `--dependency=afterok:${arrayId}`,
    '--kill-on-invalid-dep=yes',
    `--output=${logFolder}/slurm-merge-%j.log`,
    `--wrap=${shellLine(command)}`,
  ];
}
