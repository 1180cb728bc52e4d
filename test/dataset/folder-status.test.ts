import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { folderStatus } from '../../src/dataset/status/folder-status.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { WildstyleError } from '../../src/errors.js';
import { copyOf, type SmallRun, smallRun } from '../crash/support/small-run.js';
import { wildstyle } from '../support/command-line.js';

let small: SmallRun;
let source = '';

test.before(async () => {
  small = await smallRun();
  source = await small.whole();
});
test.after.always(() => small?.job.remove());

const copy = (name: string) => copyOf(source, join(small.job.folder, name, 'out'));

for (const lost of [['manifest.jsonl'], ['dataset.json'], ['manifest.jsonl', 'dataset.json']] as const) {
  test.serial(`a dataset without ${lost.join(' and ')} is damaged, not complete`, async (t) => {
    const root = await copy(lost.join('-'));
    t.like(await folderStatus(root), { state: 'complete', missing: undefined, complete: 6 });
    for (const file of lost) await rm(join(root, file));
    t.like(await folderStatus(root), { state: 'damaged', missing: lost, items: 6, complete: 6 });
    t.true((await verifyDataset(root)).problems.some(({ file }) => file === lost[0]));
    await small.repair(root);
    t.like(await folderStatus(root), { state: 'complete', missing: undefined, complete: 6 });
  });
}

test.serial('what is not complete and has lost both goes on from its journals', async (t) => {
  const root = join(small.job.folder, 'partial/out');
  await small.run(root, { maxImages: 3 });
  t.like(await folderStatus(root), { state: 'stopped', missing: undefined, complete: 3, pending: 3 });
  const { manifest, summary } = outputPaths(root);
  for (const path of [manifest, summary]) await rm(path);
  t.like(await folderStatus(root), { state: 'damaged', missing: ['manifest.jsonl', 'dataset.json'] });
  const error = await t.throwsAsync(verifyDataset(root), { instanceOf: WildstyleError });
  t.regex(error?.cure ?? '', /run it again to finish the dataset/);
  const made: string[] = [];
  await small.run(root, { onDone: (id) => made.push(id) });
  t.is(made.length, 3);
  t.like(await folderStatus(root), { state: 'complete', missing: undefined, complete: 6 });
});

test.serial('status and verify say what is missing, and what to do', async (t) => {
  const root = await copy('told');
  const { manifest, summary } = outputPaths(root);
  for (const path of [manifest, summary]) await rm(path);
  const at = { ...small.job, cwd: join(small.job.folder, 'told') };
  const status = await wildstyle(['status', 'out'], at);
  t.is(
    status.stdout.split('\n')[0],
    'out: damaged: manifest.jsonl and dataset.json are missing; wildstyle verify out says what can be done',
  );
  const verify = await wildstyle(['verify', 'out'], at);
  t.is(verify.exitCode, 1);
  t.is(
    verify.stdout,
    [
      'file-missing  manifest.jsonl  is missing; its records are in .wildstyle too, and a repair takes them from there',
      'summary-differs  dataset.json  is missing',
      'out: 0 images checked, 2 differences.',
      'To repair the dataset, add --repair.',
      '',
    ].join('\n'),
  );
  const repair = await wildstyle(['verify', 'out', '--repair'], at);
  t.is(repair.exitCode, 0, repair.stderr);
  t.regex(repair.stdout, /^out: repaired, no differences\.$/m);
  t.notRegex(repair.stdout + repair.stderr, /in progress/);
});
