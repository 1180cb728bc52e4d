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
