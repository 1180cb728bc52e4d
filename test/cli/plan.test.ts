import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { type Environment, wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { type SmallJob, smallCounts, smallJob } from '../support/small-job.js';

let job: SmallJob;
let environment: Environment;

test.before(async () => {
  job = await smallJob();
  environment = { cache: job.cache, cwd: job.folder };
});
test.after.always(() => job?.remove());

test.serial('plan --json is JSON with the right counts, and writes nothing', async (t) => {
  const { exitCode, stdout, stderr } = await wildstyle(['plan', 'job.yaml', '--json'], environment);
  t.is(exitCode, 0);
  t.is(stderr, '');
  const plan = JSON.parse(stdout);
  t.like(plan, { ...smallCounts, job: job.file, output: job.out, leftOut: [], duplicates: 0, warnings: [] });
  const ofClass = { contents: 2, originals: 2, stylized: 4 };
  t.deepEqual(
    plan.classes.map(({ label, contents, originals, stylized }: Record<string, unknown>) => [
      label,
      { contents, originals, stylized },
    ]),
    ['clouds', 'ponds', 'zebras'].map((label) => [label, ofClass]),
  );
  const drawn = (path: string) =>
    plan.parameters.find((parameter: { path: string }) => parameter.path === path);
  t.deepEqual(drawn('steps'), { path: 'steps', kind: 'constant', value: 3 });
  t.like(drawn('style.strength'), { kind: 'range' });
  t.true(drawn('style.strength').minimum >= 5 && drawn('style.strength').maximum <= 50);
  t.is(
    plan.styles.reduce((sum: number, { stylized }: { stylized: number }) => sum + stylized, 0),
    12,
  );
  t.true(plan.estimate.seconds > 0 && plan.estimate.bytes > 10_000 && plan.estimate.workers === 1);
  t.false(existsSync(job.out));
  const again = JSON.parse((await wildstyle(['plan', 'job.yaml', '--json'], environment)).stdout);
  const { freeMemoryBytes, measurementAgeMs, ...estimate } = plan.estimate;
  t.like(again, { ...plan, estimate }, 'the time per step is measured only once');
  t.true(again.estimate.measurementAgeMs > measurementAgeMs);
  t.is(estimate.measuredSizePx, 32);
  t.true(estimate.memoryBytes > 1e9 && freeMemoryBytes > 0);
});

test.serial('plan and run --dry-run print the same counts and write nothing', async (t) => {
  const plan = await wildstyle(['plan', 'job.yaml'], environment);
  const dryRun = await wildstyle(['run', 'job.yaml', '--dry-run'], environment);
  for (const { exitCode, stdout, stderr } of [plan, dryRun]) {
    t.is(exitCode, 0);
    t.is(stderr, '');
    t.regex(stdout, /^Items {3}18: 12 stylized, 6 originals$/m);
    t.regex(stdout, /^ponds {3}2 {15}2 {10}4$/m);
    t.regex(stdout, /^steps +3$/m);
  }
  t.regex(plan.stdout, /^Cost {4}(?:about|less than) .* of disk$/m);
  t.regex(plan.stdout, /^Memory {2}about .* GB for 1 worker, .* GB free$/m);
  t.regex(plan.stdout, /^Step {4}[\d.]+ ms per image, measured at 32 px just now$/m);
  t.false(existsSync(job.out));
});

test.serial('plan and run --dry-run take existing output into account', async (t) => {
  const other = await smallJob();
  t.teardown(other.remove);
  const show = async (...args: readonly string[]) =>
    wildstyle(args, { cache: other.cache, cwd: other.folder });
  t.is((await show('run', 'job.yaml')).exitCode, 0);
  for (const args of [
    ['plan', 'job.yaml'],
    ['run', 'job.yaml', '--dry-run'],
  ]) {
    const { exitCode, stdout } = await show(...args);
    t.is(exitCode, 0);
    t.regex(stdout, /^To do {3}nothing \(18 already done\)$/m);
    t.notRegex(stdout, /^Cost/m);
  }
  const gone = (await readManifest(other.out)).find(isStylized);
  await rm(join(other.out, gone?.file ?? ''));
  t.regex(
    (await show('plan', 'job.yaml')).stdout,
    /^To do {3}1: 1 stylized, 0 originals \(17 already done\)$/m,
  );
  const { done, remaining } = JSON.parse((await show('plan', 'job.yaml', '--json')).stdout);
  t.is(done, 17);
  t.is(remaining.items, 1);

  const changed = ['job.yaml', '--set', 'recipe.steps=4'];
  const plan = await show('plan', ...changed);
  t.is(plan.exitCode, 0);
  t.regex(plan.stdout, /^note: a run will reject the output folder: .* was created by a different job\./m);
  t.true(plan.stdout.includes('recipe.steps: 3 -> 4'), plan.stdout);
  const dryRun = await show('run', ...changed, '--dry-run');
  t.is(dryRun.exitCode, 2);
  t.regex(dryRun.stderr, /^wildstyle: output-differs: /);
  const extended = await show('run', ...changed, '--dry-run', '--extend');
  t.is(extended.exitCode, 0);
  t.regex(extended.stdout, /^To do {3}12: 12 stylized, 0 originals \(6 already done\)$/m);
  const planned = await show('plan', ...changed, '--extend');
  t.is(planned.exitCode, 0);
  t.regex(planned.stdout, /^To do {3}12: 12 stylized, 0 originals \(6 already done\)$/m);
  t.notRegex(planned.stdout, /will reject/);
});

test.serial('plan counts failed items', async (t) => {
  const other = await smallJob({ sampling: { keepOriginals: false, stylesPerContent: 1 } });
  t.teardown(other.remove);
  for (const name of ['ponds', 'zebras']) await rm(join(other.contentRoot, name), { recursive: true });
  for (const name of await readdir(join(other.contentRoot, 'clouds')))
    await other.put(`content/clouds/${name}`, `no image: ${name}`);
  t.is((await wildstyle(['run', other.file], other)).exitCode, 1);
  const { stdout } = await wildstyle(['plan', other.file], other);
  t.regex(stdout, /^To do {3}nothing \(0 already done, 2 failed\)$/m);
});

test.serial('lists each image that is left out once, with the reason', async (t) => {
  const other = await smallJob();
  t.teardown(other.remove);
  await other.put('content/lost.png', 'in no class');
  const dryRun = await wildstyle(['run', other.file, '--dry-run'], other);
  t.is(dryRun.stdout.match(/lost\.png/g)?.length, 1);
  t.regex(dryRun.stdout, /^left out: lost\.png: It is directly in the content root/m);
});

test.serial('says how many content images a limit leaves out', async (t) => {
  const notes = async (...settings: string[]) => {
    const options = settings.flatMap((setting) => ['--set', setting]);
    const { stdout } = await wildstyle(['plan', 'job.yaml', ...options], environment);
    return stdout.split('\n').filter((line) => line.includes('left out'));
  };
  t.deepEqual(await notes('sampling.limit=2'), [
    'note: 4 of 6 content images are left out of the dataset, because with sampling.limit 2 they get no stylized image.',
  ]);
  t.deepEqual(await notes('sampling.limit=5'), [
    'note: 1 of 6 content images is left out of the dataset, because with sampling.limit 5 it gets no stylized image.',
  ]);
  t.deepEqual(await notes(), []);
  t.deepEqual(await notes('sampling.limit=6'), []);
  t.deepEqual(await notes('sampling.limit=2', 'sampling.stylesPerContent=0'), []);
  t.deepEqual(await notes('sampling.limit=2', 'sampling.keepOriginals=false'), []);
});

test.serial('--set, --limit, --workers and --out change the job', async (t) => {
  const options = ['--set', 'recipe.steps=2', '--set', 'sampling.keepOriginals=false', '--limit', '4'];
  const run = await wildstyle(
    ['run', 'job.yaml', ...options, '--workers', '2', '--out', 'elsewhere'],
    environment,
  );
  t.is(run.exitCode, 0, run.stderr);
  t.regex(run.stdout, /^\S+Z Making 4 stylized images with 2 workers, 1 thread each\.$/m);
  t.regex(run.stdout, /^4 images in elsewhere: 4 stylized, 0 originals\.$/m);
  t.false(existsSync(job.out));
  const { counts, job: resolved } = await summaryOf(`${job.folder}/elsewhere`);
  t.like(counts, { items: 4, complete: 4 });
  t.like(resolved, { sampling: { limit: 4, keepOriginals: false }, recipe: { steps: 2 } });
});
