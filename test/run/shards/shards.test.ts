import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { outputPaths } from '../../../src/dataset/output-paths.js';
import { verifyDataset } from '../../../src/dataset/verify/verify.js';
import { startWildstyle, until, wildstyle } from '../../support/command-line.js';
import { imagesBelow, type Tree, treeOf } from '../../support/dataset-tree.js';
import { type SmallJob, smallJob } from '../../support/small-job.js';

let job: SmallJob;
let whole: Tree;

test.before(async () => {
  job = await smallJob({ recipe: { steps: 8 }, run: { workers: 1, threads: 1, batch: 1, maxFailures: 9 } });
  // One image fails in every shard that has it.
  await job.put('content/ponds/bad.png', 'no image');
  const root = join(job.folder, 'whole');
  const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', root], job);
  if (exitCode !== 0) throw new Error(stderr);
  whole = await treeOf(root);
});
test.after.always(() => job?.remove());

const inFolder = (name: string) => join(job.folder, name);
const run = (root: string, ...args: string[]) => wildstyle(['run', job.file, '--out', root, ...args], job);
const merge = (...args: string[]) => wildstyle(['merge', ...args], job);

async function isWhole(t: ExecutionContext, root: string): Promise<void> {
  const tree = await treeOf(root);
  t.deepEqual(tree.files, whole.files);
  t.deepEqual(tree.records, whole.records);
  t.is(tree.resultDigest, whole.resultDigest);
  t.is(tree.planDigest, whole.planDigest);
  t.is(tree.status, 'complete');
  t.deepEqual((await verifyDataset(root)).problems, []);
}

test.serial('three shards at once in one folder, merged, equal a run without shards', async (t) => {
  const root = inFolder('shared');
  const shards = await Promise.all(['0/3', '1/3', '2/3'].map((shard) => run(root, '--shard', shard)));
  for (const [index, { exitCode, stdout, stderr }] of shards.entries()) {
    t.is(exitCode, 0, stderr);
    t.regex(stdout, new RegExp(`^Shard ${index}/3: \\d+ images? in `, 'm'));
    t.regex(stdout, /^When all shards are done: wildstyle merge /m);
  }
  const again = await run(root, '--shard', '1/3');
  t.is(again.exitCode, 0);
  t.regex(again.stdout, /^Nothing to do/);
  const status = JSON.parse((await wildstyle(['status', root, '--json'], job)).stdout);
  t.like(status, { state: 'complete', items: 21, complete: 18, failed: 3, pending: 0 });
  t.deepEqual(
    status.shards.map(({ shard, state }: Record<string, string>) => [shard, state]),
    [
      ['0/3', 'complete'],
      ['1/3', 'complete'],
      ['2/3', 'complete'],
    ],
  );
  const unmerged = await wildstyle(['verify', root], job);
  t.is(unmerged.exitCode, 2);
  t.regex(unmerged.stderr, /its shards are not merged yet/);
  const merged = await merge(root);
  t.is(merged.exitCode, 0, merged.stderr);
  await isWhole(t, root);
  const work = await readdir(outputPaths(root).workFolder);
  t.deepEqual(
    work.filter((name) => name.startsWith('shard') || name === 'journals'),
    [],
  );
  const nothing = await run(root);
  t.is(nothing.exitCode, 0);
  t.regex(nothing.stdout, /^Nothing to do/);
});

test.serial('three folders, merged into a fourth, equal a run without shards', async (t) => {
  const roots = ['a', 'b', 'c'].map(inFolder);
  for (const [index, root] of roots.entries()) t.is((await run(root, '--shard', `${index}/3`)).exitCode, 0);
  const noOut = await merge(...roots);
  t.is(noOut.exitCode, 2);
  t.regex(noOut.stderr, /Several folders are given, but no --out/);
  const missing = await merge(roots[0], roots[2], '--out', inFolder('merged'));
  t.is(missing.exitCode, 75);
  t.regex(missing.stderr, /shard-missing: 1 of 3 shards are missing:\n {2}shard 1\/3: not started\n/);
  const twice = await merge(
    roots[0],
    roots[1],
    roots[2],
    await copyOf(roots[1], 'twin'),
    '--out',
    inFolder('merged'),
  );
  t.is(twice.exitCode, 2);
  t.regex(twice.stderr, /shard-foreign: Shard 1\/3 exists twice: .*1-of-3 and .*1-of-3/);
  const none = await merge(...roots, inFolder('whole'), '--out', inFolder('merged'));
  t.regex(none.stderr, /shard-foreign: .*whole has no shards/);
  const merged = await merge(...roots, '--out', inFolder('merged'));
  t.is(merged.exitCode, 0, merged.stderr);
  await isWhole(t, inFolder('merged'));
  // The first folder can be that of the dataset.
  t.is((await merge(...roots, '--out', roots[0])).exitCode, 0);
  await isWhole(t, roots[0]);
});

async function copyOf(root: string, name: string): Promise<string> {
  await cp(root, inFolder(name), { recursive: true });
  return inFolder(name);
}

test.serial('a shard of another plan is refused by name; so are altered images and records', async (t) => {
  const roots = ['x', 'y'].map(inFolder);
  t.is((await run(roots[0], '--shard', '0/2')).exitCode, 0);
  t.is((await run(roots[1], '--shard', '1/2', '--set', 'seed=99')).exitCode, 0);
  const foreign = await merge(...roots, '--out', inFolder('xy'));
  t.is(foreign.exitCode, 2);
  t.regex(
    foreign.stderr,
    /shard-foreign: These shards belong to another plan than shard 0\/2 in .*x: 1\/2 in .*y\./,
  );
  const differs = await run(roots[1], '--shard', '0/2');
  t.regex(differs.stderr, /output-differs: .*\n {2}seed: 99 -> 7\n/);
  await rm(roots[1], { recursive: true });
  t.is((await run(roots[1], '--shard', '1/2')).exitCode, 0);
  const [image] = await imagesBelow(roots[1]);
  const bytes = await readFile(join(roots[1], image));
  await writeFile(join(roots[1], image), bytes.subarray(0, 100));
  const altered = await merge(...roots, '--out', inFolder('xy'));
  t.is(altered.exitCode, 2);
  t.regex(altered.stderr, new RegExp(`dataset-invalid: .*${image} was altered`));
  await writeFile(join(roots[1], image), bytes);
  const { shardRecords } = outputPaths({ root: roots[1], shard: { index: 1, count: 2 } });
  const records = await readFile(shardRecords, 'utf8');
  await writeFile(shardRecords, records.replace(/"label":"\w+"/, '"label":"other"'));
  const edited = await merge(...roots, '--out', inFolder('xy'));
  t.is(edited.exitCode, 2);
  t.regex(edited.stderr, /dataset-invalid: .*records\.jsonl was altered/);
  await writeFile(shardRecords, records);
  t.is((await merge(...roots, '--out', inFolder('xy'))).exitCode, 0);
  await isWhole(t, inFolder('xy'));
});

test.serial(
  'two processes on one shard, and shards of another count, are refused while one runs',
  async (t) => {
    const root = inFolder('busy');
    const going = startWildstyle(
      ['run', job.file, '--out', root, '--shard', '0/2', '--set', 'recipe.steps=5000'],
      job,
    );
    await until('an image', async () => (await imagesBelow(root)).length >= 1);
    const slow = ['--set', 'recipe.steps=5000'];
    const same = await run(root, '--shard', '0/2', ...slow);
    t.is(same.exitCode, 75);
    t.regex(same.stderr, /output-in-use: .*another run is writing to shard 0\/2/);
    const other = await run(root, '--shard', '0/3', ...slow);
    t.regex(other.stderr, /output-in-use: .*shard 0\/2 is writing to this folder/);
    const everything = await run(root, ...slow);
    t.regex(everything.stderr, /output-in-use: .*shard 0\/2 is writing to this folder/);
    const early = await merge(root);
    t.is(early.exitCode, 75);
    t.regex(early.stderr, /shard 0\/2: \d+ of \d+ images left .*\n {2}shard 1\/2: not started/);
    going.process.kill('SIGKILL');
    await going.ended;
  },
);

test.serial(
  'another count of shards in the middle, then a run without shards: nothing is made twice',
  async (t) => {
    const root = inFolder('changing');
    t.is((await run(root, '--shard', '0/3')).exitCode, 0);
    const stopped = await run(root, '--shard', '1/3', '--max-images', '1');
    t.is(stopped.exitCode, 75);
    t.regex(stopped.stdout, /^\d+ images? left \(--max-images\)\./m);
    const before = (await imagesBelow(root)).length;
    const two = await run(root, '--shard', '0/2');
    t.is(two.exitCode, 0);
    t.regex(two.stdout, /^\S+Z \d+ images? already exists?\. Making/m);
    const after = (await imagesBelow(root)).length;
    t.true(after > before);
    const last = await run(root);
    t.is(last.exitCode, 0, last.stderr);
    t.regex(last.stdout, new RegExp(`^\\S+Z ${after} images already exist\\. Making`, 'm'));
    await isWhole(t, root);
  },
);
