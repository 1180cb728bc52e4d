/** The options of what runs on Kubernetes. @module */
import { basename, resolve, sep } from 'node:path';
import type { Argv } from 'yargs';
import type { Window } from '../../calendar/window.js';
import { WildstyleError } from '../../errors.js';
import type { Job } from '../../job/schema.js';
import { type KubernetesSettings, type KubernetesStart, kubernetesName } from '../../submit/kubernetes.js';
import { cronFields, openSeconds, type Start } from '../../submit/nightly/starts.js';

/** The parsed arguments. */
export interface KubernetesArguments {
  readonly image?: string;
  readonly claim?: string;
  readonly mount?: string;
  readonly namespace?: string;
  readonly memory?: string;
  readonly cpus?: number;
}

export function withKubernetesOptions<T>(yargs: Argv<T>): Argv<T & KubernetesArguments> {
  const text = (describe: string) => ({ type: 'string' as const, requiresArg: true, describe });
  return yargs
    .option('image', text('Kubernetes: container image with wildstyle'))
    .option('claim', text('Kubernetes: claim of the persistent volume with job, images and output'))
    .option('mount', text('Kubernetes: where that volume is mounted; job paths must be the same there'))
    .option('namespace', text('Kubernetes: namespace'))
    .option('memory', text('Kubernetes: memory of a pod, such as 8Gi'))
    .option('cpus', {
      type: 'number',
      requiresArg: true,
      describe: 'Cores per task',
    }) as unknown as Argv<T & KubernetesArguments>;
}

/**
 * Checks the options for a job.
 * @param paths that pods must see
 * @throws `option-invalid`
 */
export function kubernetesSettings(
  args: KubernetesArguments,
  jobFile: string,
  paths: readonly string[],
): KubernetesSettings {
  const { image, claim, mount, namespace, memory, cpus } = args;
  if (image === undefined || claim === undefined || mount === undefined) {
    const missing = Object.entries({ image, claim, mount }).flatMap(([name, value]) =>
      value === undefined ? [`--${name}`] : [],
    );
    throw invalid(`Kubernetes needs ${missing.join(', ')}.`);
  }
  if (!mount.startsWith('/') || mount.includes(':'))
    throw invalid(`--mount must be an absolute path, not ${mount}.`);
  const root = mount.endsWith('/') ? mount : `${mount}/`;
  const outside = paths.filter((path) => !`${path.split(sep).join('/')}/`.startsWith(root));
  if (outside.length > 0)
    throw invalid(
      `Pods see only what is below --mount ${mount}, and these paths are not: ${outside.join(', ')}.`,
    );
  if (memory !== undefined && !/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.test(memory))
    throw invalid(`--memory must be an amount such as 8Gi, not ${memory}.`);
  if (cpus !== undefined && !(cpus > 0)) throw invalid(`--cpus must be above 0, not ${cpus}.`);
  return {
    name: kubernetesName(basename(jobFile).replace(/\.[^.]*$/, '')),
    ...{ image, claim, mount, namespace, memory, cpus },
    workingDirectory: resolve(mount),
  };
}

/** Returns the paths of a job that pods must see. */
export function pathsOf(
  { file, content, style, output, run }: Job,
  { logFile }: { readonly logFile?: string } = {},
): string[] {
  const { weights = [] } = run;
  return [
    ...[file, content.root, style.root, output.root],
    ...(typeof weights === 'string' ? [weights] : Object.values(weights)),
    ...(logFile === undefined ? [] : [resolve(logFile)]),
  ];
}

/** Returns when the windows of a job open, as Kubernetes wants it. */
export function kubernetesStarts(
  starts: readonly Start[],
  windows: readonly Window[],
  nowMs: number,
): KubernetesStart[] {
  return starts.map((start) => ({
    schedule: cronFields(start),
    timeZone: start.zone,
    openSeconds: openSeconds(start, windows, nowMs),
  }));
}

const invalid = (message: string) => new WildstyleError('option-invalid', message);
