/** `wildstyle submit`: runs the shards of a job on a cluster. @module */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { outputPaths } from '../../dataset/output-paths.js';
import { readCompletion } from '../../dataset/shards/completion.js';
import { findShards } from '../../dataset/shards/shard-folders.js';
import { WildstyleError } from '../../errors.js';
import { publishFile } from '../../files/publish.js';
import { loadJob } from '../../job/load.js';
import { maximumShards } from '../../plan/shard.js';
import { type SlurmArray, slurmMerge, slurmScript } from '../../submit/slurm.js';
import type { CommandBody } from '../command-list.js';
import { type JobArguments, overridesOf, withJobOptions } from '../options.js';
import { print } from '../output.js';

interface SubmitArguments extends JobArguments {
  readonly to: 'slurm';
  readonly shards: number;
  readonly tasks?: number;
  readonly time?: string;
  readonly cpus?: number;
  readonly partition?: string;
  readonly print?: boolean;
}

export const submitCommand: CommandBody<SubmitArguments> = {
  builder: (yargs) =>
    withJobOptions(yargs)
      .option('to', {
        choices: ['slurm'] as const,
        demandOption: true,
        requiresArg: true,
        describe: 'The scheduler',
      })
      .option('shards', {
        type: 'number',
        demandOption: true,
        requiresArg: true,
        describe: 'Number of shards',
      })
      .option('tasks', {
        type: 'number',
        requiresArg: true,
        describe: 'Tasks of the array; default: one per shard',
      })
      .option('time', {
        type: 'string',
        requiresArg: true,
        describe: 'Time limit of a task, such as 08:00:00',
      })
      .option('cpus', { type: 'number', requiresArg: true, describe: 'Cores per task' })
      .option('partition', { type: 'string', requiresArg: true, describe: 'Partition' })
      .option('print', { type: 'boolean', describe: 'Print the script, and submit nothing' }) as never,
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const { root } = job.output;
    const count = wholeNumber('shards', args.shards, maximumShards);
    const left = await shardsLeft(root, count);
    const wildstyle = [process.execPath, process.argv[1]];
    if (left.length === 0) {
      print(`All ${count} shards are complete: wildstyle merge ${root}`);
      return;
    }
    const tasks = Math.min(
      left.length,
      args.tasks === undefined ? left.length : wholeNumber('tasks', args.tasks, count),
    );
    const { workFolder, temporaryFolder } = outputPaths(root);
    const array: SlurmArray = {
      command: [...wildstyle, 'run', resolve(args.job), ...jobArguments(args)],
      ...{ left, count, tasks, logFolder: workFolder, workingDirectory: process.cwd() },
      ...{ time: args.time, partition: args.partition },
      cpusPerTask: args.cpus === undefined ? undefined : wholeNumber('cpus', args.cpus, 4096),
    };
    const script = slurmScript(array);
    if (args.print) {
      process.stdout.write(script);
      return;
    }
    await mkdir(workFolder, { recursive: true });
    const file = join(workFolder, 'slurm.sh');
    await publishFile(file, script, { temporaryFolder });
    const id = await sbatch(['--parsable', file]);
    const merge = await sbatch(slurmMerge(id, [...wildstyle, 'merge', root], workFolder));
    print(
      `Submitted job ${id}: ${left.length} of ${count} shards in ${tasks} tasks. Job ${merge} merges them.`,
    );
    print(`Logs are in ${workFolder}. To look at it: wildstyle status ${root}`);
  },
};

async function shardsLeft(root: string, count: number): Promise<number[]> {
  const complete = new Set<number>();
  for (const place of await findShards(root)) {
    if (place.shard.count === count && (await readCompletion(place))) complete.add(place.shard.index);
  }
  return Array.from({ length: count }, (_, index) => index).filter((index) => !complete.has(index));
}

/** The options of the job as they were given, with absolute paths. */
function jobArguments({ set = [], out, weights, limit, workers, window }: SubmitArguments): string[] {
  const given = { out: out && resolve(out), weights, limit, workers, window };
  return [
    ...set.flatMap((override) => ['--set', override]),
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, `${value}`],
    ),
  ];
}

/** @returns the id of the job */
async function sbatch(words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', words);
    return stdout.trim().split(';')[0];
  } catch (cause) {
    const { message } = cause as Error;
    throw new WildstyleError('option-invalid', `sbatch failed: ${message.trim()}`, {
      cure: 'Run this where Slurm is installed, or use --print and submit the script there.',
      cause,
    });
  }
}

function wholeNumber(name: string, value: number, maximum: number): number {
  if (Number.isInteger(value) && value > 0 && value <= maximum) return value;
  throw new WildstyleError(
    'option-invalid',
    `--${name} must be a whole number from 1 to ${maximum}, not ${value}.`,
  );
}
