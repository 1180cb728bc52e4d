/** Writes manifests for Kubernetes: an indexed job that makes the shards, and a job that merges them. @module */

/** What the jobs run, and with what. */
export interface KubernetesSettings {
  /** Name of the job, from a file name. */
  readonly name: string;
  readonly image: string;
  readonly namespace?: string | undefined;
  /** The claim of a volume that all pods can write to. */
  readonly claim: string;
  /** Where the volume is mounted. */
  readonly mount: string;
  readonly workingDirectory: string;
  readonly cpus?: number | undefined;
  /** For example `8Gi`. */
  readonly memory?: string | undefined;
}

/** The shards of a job. */
export interface KubernetesShards extends KubernetesSettings {
  /** The command that makes a shard, without `--shard`. */
  readonly command: readonly string[];
  /** The command that merges. */
  readonly mergeCommand: readonly string[];
  /** Number of shards. */
  readonly count: number;
  /** Pods that run at the same time. */
  readonly parallelism: number;
}

/** A pod has this long to finish the images in progress when it is told to end. */
const graceSeconds = 120;
/** Attempts of a shard. Exit code 75 counts as one: a shard may go on, but a disk that stays full must not loop for ever. */
const attemptsPerShard = 20;
/** A merge fails until all shards are complete. The pauses grow to six minutes, so these are about a hundred hours. */
const mergeAttempts = 1000;
const container = 'wildstyle';

/** Exit codes of what running again cannot mend: too many failures, an invalid job or command. */
const final = [1, 2];

/** Returns the job of the shards. A pod that is evicted does not count as an attempt, and a shard that is complete does nothing. */
export function shardsJob(shards: KubernetesShards) {
  const { command, count, parallelism } = shards;
  return {
    ...jobHead(shards, shards.name),
    spec: {
      completions: count,
      parallelism,
      completionMode: 'Indexed' as const,
      backoffLimitPerIndex: attemptsPerShard,
      // The other shards go on.
      maxFailedIndexes: count,
      podFailurePolicy: failurePolicy('FailIndex'),
      template: podOf(shards, [...command, '--shard', `auto/${count}`]),
    },
  };
}

/** Returns the job of the merge. */
export function mergeJob(shards: KubernetesShards) {
  return {
    ...jobHead(shards, `${shards.name}-merge`),
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: mergeAttempts,
      podFailurePolicy: failurePolicy('FailJob'),
      template: podOf(shards, shards.mergeCommand),
    },
  };
}

/** Returns a job that is started at certain times. @param schedule as in a crontab */
export function nightlyJob(
  settings: KubernetesSettings & { readonly command: readonly string[] },
  schedule: string,
  timeZone: string,
) {
  return {
    apiVersion: 'batch/v1' as const,
    kind: 'CronJob' as const,
    metadata: metadataOf(settings, settings.name),
    spec: {
      schedule,
      timeZone,
      concurrencyPolicy: 'Forbid' as const,
      jobTemplate: {
        spec: {
          // What is left is for the next night.
          backoffLimit: 0,
          template: podOf(settings, settings.command),
        },
      },
    },
  };
}

/** Returns a job that runs once, and again after exit code 75. */
export function singleJob(settings: KubernetesSettings & { readonly command: readonly string[] }) {
  return {
    ...jobHead(settings, settings.name),
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: attemptsPerShard,
      podFailurePolicy: failurePolicy('FailJob'),
      template: podOf(settings, settings.command),
    },
  };
}

/** Returns a name that Kubernetes accepts: lower case, digits and hyphens, short enough for the names of pods. */
export function kubernetesName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'wildstyle' : `wildstyle-${name}`;
}

function jobHead(settings: KubernetesSettings, name: string) {
  return { apiVersion: 'batch/v1' as const, kind: 'Job' as const, metadata: metadataOf(settings, name) };
}

function metadataOf({ namespace }: KubernetesSettings, name: string) {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { 'app.kubernetes.io/name': 'wildstyle' },
  };
}

function failurePolicy(action: 'FailIndex' | 'FailJob') {
  return {
    rules: [
      { action, onExitCodes: { containerName: container, operator: 'In' as const, values: final } },
      { action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  };
}

function podOf(
  { image, claim, mount, workingDirectory, cpus, memory }: KubernetesSettings,
  command: readonly string[],
) {
  const resources = {
    ...(cpus !== undefined && { cpu: `${cpus}` }),
    ...(memory !== undefined && { memory }),
  };
  return {
    spec: {
      restartPolicy: 'Never' as const,
      terminationGracePeriodSeconds: graceSeconds,
      containers: [
        {
          name: container,
          image,
          command: [...command],
          workingDir: workingDirectory,
          ...(Object.keys(resources).length > 0 && { resources: { requests: resources, limits: resources } }),
          volumeMounts: [{ name: 'data', mountPath: mount }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  };
}
