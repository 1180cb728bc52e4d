import test from 'ava';
import { CronJob, type ICronJob, type IJob, Job } from 'kubernetes-models/batch/v1';
import { severityOf } from '../../src/errors.js';
import {
  type KubernetesShards,
  kubernetesName,
  mergeJob,
  nightlyJob,
  nightlyMerge,
  nightlyShards,
  shardsJob,
  singleJob,
} from '../../src/submit/kubernetes.js';

const shards: KubernetesShards = {
  name: 'wildstyle-job',
  image: 'registry/wildstyle:1',
  namespace: 'training',
  claim: 'data',
  mount: '/data',
  workingDirectory: '/data',
  cpus: 8,
  memory: '16Gi',
  command: ['wildstyle', 'run', '/data/job.yaml'],
  mergeCommand: ['wildstyle', 'merge', '/data/out'],
  count: 16,
  parallelism: 4,
  timeZone: 'Europe/Berlin',
};
const start = { schedule: '0 22 * * 1,2', timeZone: 'Europe/Berlin', openSeconds: 8 * 3600 };

/** The keys of a value, at any depth, that a type does not have: the official schema lets unknown keys pass. */
type Unknown<Given, Known> = Given extends readonly (infer G)[]
  ? NonNullable<Known> extends readonly (infer K)[]
    ? Unknown<G, K>
    : never
  : Given extends object
    ? {
        [P in keyof Given]-?: P extends keyof NonNullable<Known>
          ? Unknown<Given[P], NonNullable<Known>[P]>
          : P;
      }[keyof Given]
    : never;
type None<T> = [T] extends [never] ? true : T;

const noneOfJob: None<Unknown<ReturnType<typeof shardsJob | typeof mergeJob | typeof singleJob>, IJob>> =
  true;
const noneOfCronJob: None<
  Unknown<ReturnType<typeof nightlyJob | typeof nightlyShards | typeof nightlyMerge>, ICronJob>
> = true;

test('all manifests are valid in the official schema', (t) => {
  t.true(noneOfJob && noneOfCronJob);
  const plain = { ...shards, namespace: undefined, cpus: undefined, memory: undefined, timeZone: undefined };
  for (const settings of [shards, plain]) {
    for (const manifest of [shardsJob(settings), mergeJob(settings), singleJob(settings)])
      t.notThrows(() => new Job(manifest).validate(), manifest.metadata.name);
    for (const manifest of [
      nightlyJob(settings, start),
      nightlyShards(settings, start),
      nightlyMerge(settings, { ...start, openSeconds: undefined }),
    ])
      t.notThrows(() => new CronJob(manifest).validate(), manifest.metadata.name);
  }
  const { spec, ...head } = shardsJob(shards);
  const wrong = { ...head, spec: { ...spec, completions: '16' } } as unknown as IJob;
  t.throws(() => new Job(wrong).validate(), undefined, 'the schema notices mistakes');
});

test('an indexed job makes every shard once, and gives up only on what running again cannot mend', (t) => {
  const { spec, metadata } = shardsJob(shards);
  t.like(spec, { completions: 16, parallelism: 4, completionMode: 'Indexed', backoffLimitPerIndex: 20 });
  const [final, evicted] = spec.podFailurePolicy.rules;
  t.deepEqual(final, {
    action: 'FailIndex',
    onExitCodes: { containerName: 'wildstyle', operator: 'In', values: [1, 2] },
  });
  // A pod that takes the place of a killed one meets its lock for some seconds.
  t.false(final.onExitCodes?.values.includes(severityOf('output-in-use').exitCode));
  t.like(evicted, { action: 'Ignore' });
  const { containers, restartPolicy } = spec.template.spec;
  t.is(restartPolicy, 'Never', 'a policy by exit codes needs it');
  t.deepEqual(containers[0].command, ['wildstyle', 'run', '/data/job.yaml', '--shard', 'auto/16']);
  t.is(metadata.namespace, 'training');
});

test('with a window, each opening starts the shards with all of their attempts, and the merge if it does not wait', (t) => {
  const job = nightlyShards(shards, start);
  t.like(job.spec, { schedule: '0 22 * * 1,2', timeZone: 'Europe/Berlin', concurrencyPolicy: 'Forbid' });
  const { activeDeadlineSeconds, ...spec } = { activeDeadlineSeconds: 0, ...job.spec.jobTemplate.spec };
  t.is(activeDeadlineSeconds, 9 * 3600, 'runs end with their window; attempts end after it');
  t.deepEqual(spec, shardsJob(shards).spec as typeof spec);
  const merge = nightlyMerge(shards, start);
  t.is(merge.metadata.name, 'wildstyle-job-merge');
  t.deepEqual(merge.spec.jobTemplate.spec, mergeJob(shards).spec, 'it may wait for another night');
  t.false(
    'activeDeadlineSeconds' in nightlyJob(shards, { ...start, openSeconds: undefined }).spec.jobTemplate.spec,
  );
  t.like(nightlyJob(shards, start).spec.jobTemplate.spec, {
    backoffLimit: 20,
    activeDeadlineSeconds: 9 * 3600,
  });
});

test('pods have the time zone of the windows, and words with dollar signs as they are', (t) => {
  const command = ['wildstyle', 'run', '/data/$(HOME)/$x.yaml'];
  const [container] = singleJob({ ...shards, command }).spec.template.spec.containers;
  t.deepEqual(container?.env, [{ name: 'TZ', value: 'Europe/Berlin' }]);
  t.is(container?.command[2], '/data/$$(HOME)/$$x.yaml');
});

test('names', (t) => {
  t.is(kubernetesName('My Job_2.final'), 'wildstyle-my-job-2-final');
  t.is(kubernetesName('ü'), 'wildstyle');
  t.true(kubernetesName('x'.repeat(300)).length < 63 - '-merge-00000-abcde'.length);
  t.regex(kubernetesName(`${'x'.repeat(29)}--`), /[a-z0-9]$/);
});
