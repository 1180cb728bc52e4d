import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { fileOf } from '../../src/dataset/ledger/record-kinds.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { wildstyle } from '../support/command-line.js';
import { imagesBelow, treeOf } from '../support/dataset-tree.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;

test.before(async () => {
  job = await smallJob({ sampling: { stylesPerContent: 1 } });
  const { exitCode, stderr } = await wildstyle(['run', job.file], job);
  if (exitCode !== 0) throw new Error(stderr);
});
test.after.always(() => job?.remove());

const verify = (...args: readonly string[]) =>
  wildstyle(['verify', ...args], { cache: job.cache, cwd: job.folder });

test.serial('an unchanged dataset: exit 0', async (t) => {
  t.deepEqual(await verify('out'), {
    exitCode: 0,
    stdout: 'out: 12 images checked, no differences.\n',
    stderr: '',
  });
  const { stdout } = await verify('out', '--json');
  t.deepEqual(JSON.parse(stdout), { checked: 12, pending: 0, writer: null, problems: [] });
});

test.serial('a flipped byte, a deleted image and an extra file: exit 1, listing each', async (t) => {
  await cp(job.out, join(job.folder, 'altered'), { recursive: true });
  const root = join(job.folder, 'altered');
  const [flipped, deleted] = await imagesBelow(root);
  const bytes = await readFile(join(root, flipped));
  bytes[bytes.length - 20] ^= 1;
  await writeFile(join(root, flipped), bytes);
  await rm(join(root, deleted));
  await writeFile(join(root, 'train/ponds/holiday.png'), 'extra');

  const { exitCode, stdout, stderr } = await verify('altered');
  t.is(exitCode, 1);
  t.is(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  t.is(lines.pop(), 'To repair the dataset, add --repair.');
  t.deepEqual(
    lines
      .slice(0, -1)
      .map((line) => line.split('  ').slice(0, 2))
      .sort(),
    [
      ['file-altered', flipped],
      ['file-extra', 'train/ponds/holiday.png'],
      ['file-missing', deleted],
    ],
  );
  t.is(lines.at(-1), 'altered: 12 images checked, 3 differences.');
  const json = await verify('altered', '--json');
  t.is(json.exitCode, 1);
  t.deepEqual(
    JSON.parse(json.stdout)
      .problems.map(({ code }: { code: string }) => code)
      .sort(),
    ['file-altered', 'file-extra', 'file-missing'],
  );
});

test.serial('reports a changed contact sheet, unless wildstyle sheet drew it', async (t) => {
  const root = join(job.folder, 'drawn');
  await cp(job.out, root, { recursive: true });
  const sheet = join(root, 'contact-sheet.png');
  await writeFile(sheet, 'x');
  const { exitCode, stdout } = await verify('drawn');
  t.is(exitCode, 1);
  t.regex(stdout, /^file-altered {2}contact-sheet\.png {2}/m);
  t.is((await wildstyle(['sheet', root, '--rows', '2'], job)).exitCode, 0);
  t.is((await verify('drawn')).stdout, 'drawn: 12 images checked, no differences.\n');
});

test.serial('reports an edited manifest', async (t) => {
  const root = join(job.folder, 'edited');
  await cp(job.out, root, { recursive: true });
  const manifest = join(root, 'manifest.jsonl');
  await writeFile(
    manifest,
    (await readFile(manifest, 'utf8')).replace('"label":"clouds"', '"label":"cloudy"'),
  );
  const withCopy = await verify('edited');
  t.is(withCopy.exitCode, 1);
  t.regex(withCopy.stdout, /^manifest-altered .*a repair takes them from there\n.*, 1 difference\.$/m);
  await rm(outputPaths(root).manifestCopy);
  const { exitCode, stdout } = await verify('edited');
  t.is(exitCode, 1);
  t.regex(stdout, /^metadata-differs {2}train\/metadata\.jsonl {2}/m);
  t.regex(stdout, /^manifest-altered {2}manifest\.jsonl {2}/m);
});

test.serial('reports changed white space in dataset files', async (t) => {
  const root = join(job.folder, 'spaced');
  await cp(job.out, root, { recursive: true });
  const [summary, metadata] = [join(root, 'dataset.json'), join(root, 'train/metadata.jsonl')];
  await writeFile(summary, (await readFile(summary, 'utf8')).replace('{', '{ '));
  await writeFile(metadata, (await readFile(metadata, 'utf8')).trimEnd());
  const { exitCode, stdout } = await verify('spaced');
  t.is(exitCode, 1);
  t.regex(stdout, /^summary-differs {2}dataset\.json {2}was edited/m);
  t.regex(stdout, /^metadata-differs {2}train\/metadata\.jsonl {2}/m);
  await writeFile(join(root, 'README.md'), 'mine');
  await rm(join(root, 'manifest.jsonl'));
  const gone = await verify('spaced');
  t.regex(gone.stdout, /^file-missing {2}manifest\.jsonl {2}/m);
});

test.serial('changed white space does not hide other differences', async (t) => {
  const root = join(job.folder, 'hidden');
  await cp(job.out, root, { recursive: true });
  for (const name of ['dataset.json', 'README.md', 'manifest.jsonl'])
    await appendFile(join(root, name), '\n');
  await rm(join(root, 'contact-sheet.png'));
  const { stdout } = await verify('hidden');
  for (const line of [
    /^summary-differs {2}dataset\.json {2}was edited/m,
    /^file-altered {2}README\.md {2}/m,
    /^file-missing {2}contact-sheet\.png {2}/m,
    /^manifest-altered {2}manifest\.jsonl {2}/m,
  ])
    t.regex(stdout, line);
});

test.serial('the next run recreates a deleted image', async (t) => {
  const [file] = await imagesBelow(job.out);
  await rm(join(job.out, file));
  t.is((await verify('out')).exitCode, 1);
  t.is((await wildstyle(['run', job.file], job)).exitCode, 0);
  t.is((await verify('out')).exitCode, 0);
});

test.serial(
  '--repair makes stylized images anew with the job in the folder, and says what it did',
  async (t) => {
    const root = join(job.folder, 'harmed');
    await cp(job.out, root, { recursive: true });
    const before = await treeOf(root);
    const records = await readManifest(root);
    const stylized = records.filter((record) => record.kind === 'stylized').map(fileOf);
    await writeFile(join(root, stylized[0]), 'half');
    await rm(join(root, stylized[1]));
    await writeFile(join(root, 'train/ponds/holiday.png'), 'extra');
    const { exitCode, stdout, stderr } = await verify('harmed', '--repair');
    t.is(stderr, '');
    t.is(exitCode, 0, stdout);
    t.regex(
      stdout,
      /^Moved to harmed\/\.wildstyle\/set-aside: 2 files\.\nharmed: repaired, no differences\.\n/m,
    );
    t.deepEqual(await treeOf(root), before);
    const again = await verify('harmed', '--repair', '--job', 'job.yaml');
    t.is(again.stdout, 'harmed: no differences.\n');
    const json = JSON.parse((await verify('harmed', '--repair', '--json')).stdout);
    t.deepEqual(json, { found: [], setAside: [], lost: [], left: [], pending: 0, sameResult: null });
    t.regex((await verify('harmed', '--job', 'job.yaml')).stderr, /--job works only with --repair/);
  },
);

test.serial('a folder whose run was killed: exit 2, with a cure', async (t) => {
  const root = join(job.folder, 'begun');
  await mkdir(join(root, '.wildstyle'), { recursive: true });
  await writeFile(join(root, '.wildstyle/job.json'), '{}');
  for (const command of ['verify', 'sheet']) {
    const { exitCode, stderr } = await wildstyle([command, root], job);
    t.is(exitCode, 2);
    t.regex(
      stderr,
      /dataset-invalid: .* has no (manifest\.jsonl|dataset\.json): no run has finished yet, or the file was deleted\.\n {2}If the job is running, wait for it\./,
    );
  }
});

test.serial('a folder that is not a dataset: exit 2', async (t) => {
  const { exitCode, stdout, stderr } = await verify('style');
  t.is(exitCode, 2);
  t.is(stdout, '');
  t.regex(
    stderr,
    /^wildstyle: dataset-invalid: style has no manifest\.jsonl\.\n {2}Give the folder of a wildstyle dataset\.\n$/,
  );
});
