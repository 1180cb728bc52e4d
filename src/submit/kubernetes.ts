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
  /** The time zone of the pods, if the windows of the job name none. */
  readonly timeZone?: string | undefined;
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

/** A pod has this long to finish the images in progress when it is asked to end. */
const graceSeconds = 120;
/** Attempts of a shard. Exit code 75 counts as one: a shard may continue, but a disk that stays full must not loop forever. */
const attemptsPerShard = 20;
/** A merge fails until all shards are complete. The pauses grow to six minutes, so these are about a hundred hours. */
const mergeAttempts = 1000;
const container = 'wildstyle';

/** Exit codes of what running again cannot fix: too many failures, an invalid job or command. */
const final = [1, 2];

/** When a job is started. */
export interface KubernetesStart {
  /** As in a crontab. */
  readonly schedule: string;
  readonly timeZone: string;
  /** How long its window is open, at most; undefined: forever. */
  readonly openSeconds: number | undefined;
}

/** Returns the job of the shards. A pod that is evicted does not count as an attempt, and a shard that is complete does nothing. */
export function shardsJob(shards: KubernetesShards) {
  return { ...jobHead(shards, shards.name), spec: shardsSpec(shards) };
}

/** Returns a job that makes the shards whenever a window opens. What is left then is for the next one. */
export function nightlyShards(shards: KubernetesShards, start: KubernetesStart) {
  return cronJob(shards, shards.name, start, { ...deadlineOf(start), ...shardsSpec(shards) });
}

/** Returns the job of the merge. */
export function mergeJob(shards: KubernetesShards) {
  return { ...jobHead(shards, `${shards.name}-merge`), spec: mergeSpec(shards) };
}

/** Returns a job that merges what {@link nightlyShards} makes. It may take many windows, so each starts it if none is waiting. */
export function nightlyMerge(shards: KubernetesShards, start: KubernetesStart) {
  return cronJob(shards, `${shards.name}-merge`, start, mergeSpec(shards));
}

/** Returns a job that is started whenever a window opens. */
export function nightlyJob(
  settings: KubernetesSettings & { readonly command: readonly string[] },
  start: KubernetesStart,
) {
  return cronJob(settings, settings.name, start, { ...deadlineOf(start), ...singleSpec(settings) });
}

/** Returns a job that runs once, and again after exit code 75. */
export function singleJob(settings: KubernetesSettings & { readonly command: readonly string[] }) {
  return { ...jobHead(settings, settings.name), spec: singleSpec(settings) };
}

function shardsSpec(shards: KubernetesShards) {
  const { command, count, parallelism } = shards;
  return {
    completions: count,
    parallelism,
    completionMode: 'Indexed' as const,
    backoffLimitPerIndex: attemptsPerShard,
    // The other shards continue.
    maxFailedIndexes: count,
    podFailurePolicy: failurePolicy('FailIndex'),
    template: podOf(shards, [...command, '--shard', `auto/${count}`]),
  };
}

function mergeSpec(shards: KubernetesShards) {
  return {
    completions: 1,
    parallelism: 1,
    backoffLimit: mergeAttempts,
    podFailurePolicy: failurePolicy('FailJob'),
    template: podOf(shards, shards.mergeCommand),
  };
}

function singleSpec(settings: KubernetesSettings & { readonly command: readonly string[] }) {
  return {
    completions: 1,
    parallelism: 1,
    backoffLimit: attemptsPerShard,
    podFailurePolicy: failurePolicy('FailJob'),
    template: podOf(settings, settings.command),
  };
}

/** Runs end with their window; this ends the attempts after it. In the night in which clocks go back, it is an hour longer. */
function deadlineOf({ openSeconds }: KubernetesStart) {
  return openSeconds === undefined ? {} : { activeDeadlineSeconds: openSeconds + 3600 };
}

function cronJob<Spec>(
  settings: KubernetesSettings,
  name: string,
  { schedule, timeZone }: KubernetesStart,
  spec: Spec,
) {
  return {
    apiVersion: 'batch/v1' as const,
    kind: 'CronJob' as const,
    metadata: metadataOf(settings, name),
    spec: { schedule, timeZone, concurrencyPolicy: 'Forbid' as const, jobTemplate: { spec } },
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
  { image, claim, mount, workingDirectory, cpus, memory, timeZone }: KubernetesSettings,
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
          // Kubernetes replaces $(NAME).
          command: command.map((word) => word.replaceAll('$', '$$$$')),
          ...(timeZone !== undefined && { env: [{ name: 'TZ', value: timeZone }] }),
          workingDir: workingDirectory,
          ...(Object.keys(resources).length > 0 && { resources: { requests: resources, limits: resources } }),
          volumeMounts: [{ name: 'data', mountPath: mount }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  };
}
