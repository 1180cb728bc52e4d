import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { startWildstyle, until, wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;
let folder = '';

test.before(async () => {
  job = await smallJob({
    content: { root: '../content', include: ['ponds/*'] },
    style: { root: '../style' },
    sampling: { stylesPerContent: 0 },
    output: { root: '../first' },
  });
  folder = join(job.folder, 'jobs');
  await mkdir(folder);
  await copyFile(job.file, join(folder, 'first.yaml'));
});
test.after.always(() => job?.remove());

async function another(name: string, changes: { priority?: number; window?: string }): Promise<void> {
  const plain = parse(await readFile(job.file, 'utf8'));
  const text = stringify({
    ...plain,
    output: { ...plain.output, root: `../${name}` },
    run: { ...plain.run, ...changes },
  });
  await writeFile(join(folder, `${name}.yaml`), text);
}

test.serial(
  'runs the jobs of a folder in order of priority, and tells about those that are none',
  async (t) => {
    await another('second', { priority: 7 });
    await writeFile(join(folder, 'broken.yaml'), 'content: [');
    const { exitCode, stdout, stderr } = await wildstyle(['schedule', folder, '--until-done'], job);
    t.is(exitCode, 0, stderr);
    const order = [...stdout.matchAll(/(\w+)\.yaml: (started|ended with \d+; \w+)/g)].map(
      ([, name, what]) => `${name} ${what}`,
    );
    t.deepEqual(order, [
      'second started',
      'second ended with 0; complete',
      'first started',
      'first ended with 0; complete',
    ]);
    t.regex(stdout, /broken\.yaml: not a valid job; waiting for a change/);
    t.regex(stderr, /^wildstyle: job-syntax: /m);
    for (const name of ['first', 'second'])
      t.is((await summaryOf(join(job.folder, name))).status, 'complete');
  },
);

test.serial('picks up a new job; a signal ends it after the images in progress', async (t) => {
  const going = startWildstyle(['schedule', folder], job);
  await until('the complete jobs', () => /first\.yaml: ended with 0/.test(going.written()));
  await another('third', { window: '00:00-24:00' });
  await until('the new job', () => /third\.yaml: ended with 0; complete/.test(going.written()));
  going.process.kill('SIGTERM');
  const { exitCode } = await going.ended;
  t.is(exitCode, 0);
  t.is((await summaryOf(join(job.folder, 'third'))).status, 'complete');
});

test.serial('prints what makes systems run a job', async (t) => {
  await another('third', { window: '22:00-06:00' });
  const file = join(folder, 'third.yaml');
  const printed = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await wildstyle(['schedule', file, ...args], job);
    t.is(exitCode, 0, stderr);
    return stdout;
  };
  t.regex(
    await printed('--cron'),
    /^0 22 \* \* \* cd .*\/jobs && \S*node\S* \S*main\.js run .*third\.yaml >\/dev\/null\n$/,
  );
  const pods = ['--image', 'wildstyle:1', '--claim', 'data', '--mount', job.folder];
  const [manifest] = parseAllDocuments(await printed('--kubernetes', ...pods)).map((document) =>
    document.toJS(),
  );
  t.like(manifest, {
    kind: 'CronJob',
    metadata: { name: 'wildstyle-third' },
    spec: { schedule: '0 22 * * *' },
  });
  const refused = await wildstyle(
    ['schedule', file, '--kubernetes', '--image', 'x', '--claim', 'y', '--mount', '/elsewhere'],
    job,
  );
  t.is(refused.exitCode, 2);
  t.regex(
    refused.stderr,
    /^wildstyle: option-invalid: Pods see only what is below --mount \/elsewhere, and these paths are not: /,
  );
  t.regex(
    (await wildstyle(['schedule', file, '--kubernetes'], job)).stderr,
    /Kubernetes needs --image, --claim, --mount\./,
  );
  t.regex(
    (await wildstyle(['schedule', file, '--set', 'seed=1'], job)).stderr,
    /--set works only with --systemd, --cron, .* Without one of these, jobs run as their files say/,
  );
  t.regex(
    (await wildstyle(['schedule', 'nowhere'], job)).stderr,
    /^wildstyle: job-not-found: nowhere does not exist\./,
  );
});

test.serial('submit prints an indexed job and its merge', async (t) => {
  const pods = ['--image', 'wildstyle:1', '--claim', 'data', '--mount', job.folder];
  const { exitCode, stdout, stderr } = await wildstyle(
    [
      'submit',
      join(folder, 'first.yaml'),
      '--to',
      'kubernetes',
      '--shards',
      '4',
      '--tasks',
      '2',
      '--print',
      ...pods,
    ],
    job,
  );
  t.is(exitCode, 0, stderr);
  const [shards, merge] = parseAllDocuments(stdout).map((document) => document.toJS());
  t.like(shards, { kind: 'Job', spec: { completions: 4, parallelism: 2, completionMode: 'Indexed' } });
  t.deepEqual(merge.spec.template.spec.containers[0].command, [
    'wildstyle',
    'merge',
    join(job.folder, 'first'),
  ]);
});

test.serial('submit says what a window means, and every shard gets its night', async (t) => {
  const file = join(folder, 'third.yaml');
  const submit = ['submit', file, '--shards', '4', '--tasks', '2', '--print', '--window', '22:00-06:00'];
  const pods = ['--image', 'wildstyle:1', '--claim', 'data', '--mount', job.folder];
  const kubernetes = await wildstyle([...submit, '--to', 'kubernetes', ...pods], job);
  t.is(kubernetes.exitCode, 0, kubernetes.stderr);
  const manifests = parseAllDocuments(kubernetes.stdout).map((document) => document.toJS());
  t.deepEqual(
    manifests.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.schedule]),
    [
      ['CronJob', 'wildstyle-third', '0 22 * * *'],
      ['CronJob', 'wildstyle-third-merge', '0 22 * * *'],
    ],
  );
  t.is(manifests[0].spec.jobTemplate.spec.completions, 4);
  const slurm = await wildstyle([...submit, '--to', 'slurm'], job);
  t.is(slurm.exitCode, 0, slurm.stderr);
  t.regex(
    slurm.stdout,
    / task \S+third\.yaml --window 22:00-06:00 --shards "\$\{shards\[SLURM_ARRAY_TASK_ID\]\}"\n$/,
  );
  // A stand-in for sbatch, so that something is submitted.
  await writeFile(join(job.folder, 'sbatch'), '#!/bin/sh\necho 17\n', { mode: 0o755 });
  const submitted = await wildstyle([...submit.filter((word) => word !== '--print'), '--to', 'slurm'], {
    ...job,
    variables: { PATH: `${job.folder}:${process.env.PATH}` },
  });
  t.is(submitted.exitCode, 0, submitted.stderr);
  t.regex(
    submitted.stdout,
    /^The job has a window: 22:00-06:00\..* tasks wait in the queue for the next one\.$/m,
  );
});

/** Stands for the programs of Slurm: says that the job runs, and notes what it is told. */
const slurmStub = `#!/bin/sh
case "$0" in
  *squeue) echo "RUNNING|None|$(cat "$SLURM_STUB.comment" 2>/dev/null)" ;;
  *) echo "$@" >> "$SLURM_STUB"; case "$3" in Comment=*) echo "\${3#Comment=}" > "$SLURM_STUB.comment" ;; esac ;;
esac
`;

test.serial('a task makes its shards though one fails, and waits for the window of the job', async (t) => {
  const stub = join(job.folder, 'told');
  for (const name of ['squeue', 'scontrol'])
    await writeFile(join(job.folder, name), slurmStub, { mode: 0o755 });
  const variables = {
    PATH: `${job.folder}:${process.env.PATH}`,
    SLURM_STUB: stub,
    SLURM_JOB_ID: '9',
    SLURM_ARRAY_JOB_ID: '9',
    SLURM_ARRAY_TASK_ID: '0',
  };
  const task = (...args: string[]) =>
    wildstyle(['task', join(folder, 'third.yaml'), '--out', 'task', ...args], {
      ...job,
      cwd: job.folder,
      variables,
    });
  // The window of the file is 22:00-06:00; this one is closed now, whenever this is.
  const hour = (new Date().getHours() + 12) % 24;
  const closed = `${hour}:00-${(hour + 1) % 24}:00`;
  const outside = await task('--window', closed, '--shards', '0,1/3');
  t.is(outside.exitCode, 75, outside.stderr);
  t.regex(outside.stderr, /^wildstyle: outside-window: /m);
  t.regex(outside.stdout, /^Unfinished\. Starts again \w+ [\d-]+ \d\d:00 /m);
  const told = (await readFile(stub, 'utf8')).trimEnd().split('\n');
  t.deepEqual(told.slice(0, 2), [
    'update JobId=9_0 Comment=wildstyle: 1 start without an image',
    'requeue 9_0',
  ]);
  const [, seconds] = /^update JobId=9_0 StartTime=now\+(\d+)$/.exec(told[2] ?? '') ?? [];
  t.true(Number(seconds) > 10 * 3600 && Number(seconds) <= 12 * 3600, told[2]);
  await writeFile(`${stub}.comment`, 'wildstyle: 7 starts without an image\n');
  const last = await task('--window', closed, '--shards', '0/3');
  t.is(last.exitCode, 75);
  t.regex(
    last.stdout,
    /8 starts in a row have made no image \(outside-window\)\. Fix the cause, then submit/,
  );
  // The shard of this image fails; which one that is follows from its id.
  await job.put('content/ponds/bad.png', 'no image');
  const packed = await task('--window', 'always', '--shards', '0,1,2/3');
  t.is(packed.exitCode, 1, packed.stdout);
  const made = [...packed.stdout.matchAll(/^Shard (\d)\/3: /gm)].map(([, index]) => index);
  t.deepEqual(made, ['0', '1', '2'], packed.stdout);
});
