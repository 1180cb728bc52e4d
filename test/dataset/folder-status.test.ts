import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { folderStatus, isGoing } from '../../src/dataset/status/folder-status.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { WildstyleError } from '../../src/errors.js';
import { thisProcess } from '../../src/files/lock/process-identity.js';
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

test.serial('a run that loads and plans is starting, as long as its process lives', async (t) => {
  const root = join(small.job.folder, 'starting/out');
  const { log, workFolder } = outputPaths(root);
  await mkdir(workFolder, { recursive: true });
  const time = new Date().toISOString();
  const begun = (process: object, at = time) =>
    writeFile(
      log,
      `${JSON.stringify({ event: 'end' })}\n${JSON.stringify({ event: 'start', time: at, process })}\n`,
    );
  const none = { items: 0, complete: 0, failed: 0, pending: 0, errors: {} };
  await begun(thisProcess());
  t.deepEqual(await folderStatus(root), { folder: root, state: 'starting', ...none });
  t.true(isGoing(await folderStatus(root)), '--watch goes on');
  await begun({ ...thisProcess(), host: 'pod-a' });
  t.is((await folderStatus(root)).state, 'starting');
  for (const [process, at] of [
    [{ ...thisProcess(), host: 'pod-a' }, '2026-01-01T00:00:00.000Z'],
    [{ ...thisProcess(), pid: 2 ** 30, startedTicks: undefined }, time],
  ] as const) {
    await begun(process, at);
    await t.throwsAsync(folderStatus(root), { code: 'dataset-invalid' });
  }
  await begun(thisProcess());
  await appendFile(log, `${JSON.stringify({ event: 'error' })}\n`);
  await t.throwsAsync(folderStatus(root), { code: 'dataset-invalid' }, 'it has ended');
  const made = await copy('again');
  await writeFile(
    outputPaths(made).log,
    `${JSON.stringify({ event: 'start', time, process: thisProcess() })}\n`,
  );
  t.like(await folderStatus(made), { state: 'starting', items: 6, complete: 6 });
});

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
    'out: damaged: manifest.jsonl and dataset.json are missing; wildstyle verify out shows what can be done',
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
