import test from 'ava';
import { CronJob, type ICronJob, type IJob, Job } from 'kubernetes-models/batch/v1';
import {
  type KubernetesShards,
  kubernetesName,
  mergeJob,
  nightlyJob,
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
};

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
const noneOfCronJob: None<Unknown<ReturnType<typeof nightlyJob>, ICronJob>> = true;

test('all manifests are valid in the official schema', (t) => {
  t.true(noneOfJob && noneOfCronJob);
  const plain = { ...shards, namespace: undefined, cpus: undefined, memory: undefined };
  for (const settings of [shards, plain]) {
    for (const manifest of [shardsJob(settings), mergeJob(settings), singleJob(settings)])
      t.notThrows(() => new Job(manifest).validate(), manifest.metadata.name);
    t.notThrows(() => new CronJob(nightlyJob(settings, '0 22 * * 1,2', 'Europe/Berlin')).validate());
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
  t.like(evicted, { action: 'Ignore' });
  const { containers, restartPolicy } = spec.template.spec;
  t.is(restartPolicy, 'Never', 'a policy by exit codes needs it');
  t.deepEqual(containers[0].command, ['wildstyle', 'run', '/data/job.yaml', '--shard', 'auto/16']);
  t.is(metadata.namespace, 'training');
});

test('names', (t) => {
  t.is(kubernetesName('My Job_2.final'), 'wildstyle-my-job-2-final');
  t.is(kubernetesName('ü'), 'wildstyle');
  t.true(kubernetesName('x'.repeat(300)).length < 63 - '-merge-00000-abcde'.length);
  t.regex(kubernetesName(`${'x'.repeat(29)}--`), /[a-z0-9]$/);
});
