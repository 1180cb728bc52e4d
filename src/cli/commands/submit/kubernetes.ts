/** `wildstyle submit --to kubernetes`. @module */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { outputPaths } from '../../../dataset/output-paths.js';
import { WildstyleError } from '../../../errors.js';
import { publishFile } from '../../../files/publish.js';
import { type KubernetesShards, mergeJob, shardsJob } from '../../../submit/kubernetes.js';
import { kubernetesSettings } from '../../options/kubernetes-options.js';
import { jobArguments } from '../../options/options.js';
import { print } from '../../terminal/output.js';
import { type SubmitArguments, wholeNumber } from './arguments.js';

/** Writes an indexed job and a job that merges, and applies them. @param root the output folder */
export async function submitToKubernetes(args: SubmitArguments, root: string, count: number): Promise<void> {
  const job = resolve(args.job);
  const shards: KubernetesShards = {
    ...kubernetesSettings(args, job, [job, root]),
    command: ['wildstyle', 'run', job, ...jobArguments(args)],
    mergeCommand: ['wildstyle', 'merge', root],
    count,
    parallelism: args.tasks === undefined ? count : Math.min(count, wholeNumber('tasks', args.tasks, count)),
  };
  const manifests = [shardsJob(shards), mergeJob(shards)]
    .map((manifest) => stringify(manifest))
    .join('---\n');
  if (args.print) {
    process.stdout.write(manifests);
    return;
  }
  const { workFolder, temporaryFolder } = outputPaths(root);
  const file = join(workFolder, 'kubernetes.yaml');
  await publishFile(file, manifests, { temporaryFolder });
  await apply(file);
  print(`Applied ${file}: ${count} shards, ${shards.parallelism} at a time, and a merge.`);
  print(`To look at it: kubectl get job ${shards.name}, or wildstyle status ${root}`);
}

async function apply(file: string): Promise<void> {
  try {
    await promisify(execFile)('kubectl', ['apply', '-f', file]);
  } catch (cause) {
    const { message } = cause as Error;
    throw new WildstyleError('option-invalid', `kubectl failed: ${message.trim()}`, {
      cure: `Run this where kubectl reaches the cluster, or apply ${file} there.`,
      cause,
    });
  }
}
