/** `wildstyle submit --to kubernetes`. @module */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { type Window, windowsOf, windowsText } from '../../../calendar/window.js';
import { localZone } from '../../../calendar/zone.js';
import { outputPaths } from '../../../dataset/output-paths.js';
import { WildstyleError } from '../../../errors.js';
import { publishFile } from '../../../files/publish.js';
import type { Job } from '../../../job/schema.js';
import {
  type KubernetesShards,
  mergeJob,
  nightlyMerge,
  nightlyShards,
  shardsJob,
} from '../../../submit/kubernetes.js';
import { zoneToSet } from '../../../submit/nightly/machine.js';
import { startsOf } from '../../../submit/nightly/starts.js';
import { kubernetesSettings, kubernetesStarts, pathsOf } from '../../options/kubernetes-options.js';
import { jobArguments } from '../../options/options.js';
import { checkNamedZones } from '../../options/script-words.js';
import { print } from '../../terminal/output.js';
import { type SubmitArguments, wholeNumber } from './arguments.js';

/** Writes an indexed job and a job that merges, and applies them. If the job has windows, each of them starts both. */
export async function submitToKubernetes(args: SubmitArguments, job: Job, count: number): Promise<void> {
  const file = resolve(args.job);
  const { root } = job.output;
  const windows = windowsOf(job.run.window);
  const shards: KubernetesShards = {
    ...kubernetesSettings(args, file, pathsOf(job)),
    timeZone: zoneToSet(windows, localZone()),
    command: ['wildstyle', 'run', file, ...jobArguments(args)],
    mergeCommand: ['wildstyle', 'merge', root],
    count,
    parallelism: args.tasks === undefined ? count : Math.min(count, wholeNumber('tasks', args.tasks, count)),
  };
  const manifests = (windows ? nightly(shards, windows) : [shardsJob(shards), mergeJob(shards)])
    .map((manifest) => stringify(manifest))
    .join('---\n');
  if (args.print) {
    process.stdout.write(manifests);
    return;
  }
  const { workFolder, temporaryFolder } = outputPaths(root);
  const written = join(workFolder, 'kubernetes.yaml');
  await publishFile(written, manifests, { temporaryFolder });
  await apply(written);
  print(`Applied ${written}: ${count} shards, ${shards.parallelism} at a time, and a merge.`);
  if (windows) {
    print(
      `The job has a window: ${windowsText(job.run.window)}. Each time it opens, shards and merge continue. When everything is done: kubectl delete -f ${written}`,
    );
  }
  const kind = windows ? 'cronjob' : 'job';
  print(`Check progress with: kubectl get ${kind} ${shards.name}, or wildstyle status ${root}`);
}

/** The jobs of each window. */
function nightly(shards: KubernetesShards, windows: readonly Window[]) {
  const starts = startsOf(windows);
  checkNamedZones(starts.map(({ zone }) => zone));
  return kubernetesStarts(starts, windows, Date.now()).flatMap((start, index) => {
    const name = index === 0 ? shards.name : `${shards.name}-${index + 1}`;
    return [nightlyShards({ ...shards, name }, start), ...(index === 0 ? [nightlyMerge(shards, start)] : [])];
  });
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
