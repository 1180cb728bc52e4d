/** `wildstyle submit --to slurm`. @module */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { windowInstant, windowsOf, windowsText } from '../../../calendar/window.js';
import { localZone } from '../../../calendar/zone.js';
import { outputPaths } from '../../../dataset/output-paths.js';
import { readCompletion } from '../../../dataset/shards/completion.js';
import { findShards } from '../../../dataset/shards/shard-folders.js';
import { WildstyleError } from '../../../errors.js';
import { publishFile } from '../../../files/publish.js';
import type { Job } from '../../../job/schema.js';
import { beginMs, slurmTime, zoneToSet } from '../../../submit/nightly/machine.js';
import { type SlurmArray, slurmMerge, slurmScript } from '../../../submit/slurm.js';
import { jobArguments } from '../../options/options.js';
import { checkSlurmFolders } from '../../options/script-words.js';
import { print } from '../../terminal/output.js';
import { type SubmitArguments, wholeNumber } from './arguments.js';

/** Submits the shards that are left as an array, and a job that merges them. */
export async function submitToSlurm(args: SubmitArguments, job: Job, count: number): Promise<void> {
  const { root } = job.output;
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
  const workingDirectory = process.cwd();
  checkSlurmFolders([workFolder, workingDirectory]);
  const windows = windowsOf(job.run.window);
  const atMs = beginMs(windows, Date.now());
  const array: SlurmArray = {
    command: [...wildstyle, 'task', resolve(args.job), ...jobArguments(args)],
    ...{ left, count, tasks, logFolder: workFolder, workingDirectory },
    ...{ time: args.time, partition: args.partition },
    begin: atMs === undefined ? undefined : slurmTime(atMs, localZone()),
    cpusPerTask: args.cpus === undefined ? undefined : wholeNumber('cpus', args.cpus, 4096),
    timeZone: zoneToSet(windows, localZone()),
  };
  const script = slurmScript(array);
  if (args.print) {
    process.stdout.write(script);
    return;
  }
  const file = join(workFolder, 'slurm.sh');
  await publishFile(file, script, { temporaryFolder });
  const id = await sbatch(['--parsable', file]);
  const merge = await sbatch(slurmMerge(id, [...wildstyle, 'merge', root], workFolder));
  print(
    `Submitted job ${id}: ${left.length} of ${count} shards in ${tasks} tasks. Job ${merge} merges them.`,
  );
  if (windows) {
    const begin = atMs === undefined ? '' : ` The tasks start ${windowInstant(windows, atMs)}.`;
    print(
      `The job has a window: ${windowsText(job.run.window)}.${begin} When it closes, tasks wait in the queue for the next one.`,
    );
  }
  print(`Logs are in ${workFolder}. Check progress with: wildstyle status ${root}`);
}

async function shardsLeft(root: string, count: number): Promise<number[]> {
  const complete = new Set<number>();
  for (const place of await findShards(root)) {
    if (place.shard.count === count && (await readCompletion(place))) complete.add(place.shard.index);
  }
  return Array.from({ length: count }, (_, index) => index).filter((index) => !complete.has(index));
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
