import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import { type ExporterName, exporterNames } from '../../src/export-formats.js';
import { filesBelow, temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

const options = { shardImages: 2 };
const images = 80;
const perImage: ReadonlySet<ExporterName> = new Set(['yolo', 'yoloBoxes', 'masks']);

for (const name of exporterNames) {
  test(`${name}: killed in the middle and resumed, the files have the same bytes`, async (t) => {
    const root = await temporaryFolder(t);
    await makeLargeDataset(root, { images, splits: ['train', 'test'], isAnnotated: true });
    const whole = await temporaryFolder(t);
    await cp(root, whole, { recursive: true });
    const files = await exportDataset(whole, name, options);

    const committed = await killAfter(t, root, name, 4);
    const staged = join(outputPaths(root).workFolder, 'exports', name);
    const inodes = await inodesOf(staged, committed);
    t.deepEqual((await verifyDataset(root)).problems, [], 'an export in progress is not part of the dataset');
    t.deepEqual(await exportDataset(root, name, options), files);
    for (const file of files) {
      t.deepEqual(await readFile(join(root, file)), await readFile(join(whole, file)), file);
    }
    t.deepEqual(await inodesOf(join(root, 'exports', name), committed), inodes, 'nothing is written twice');
    t.deepEqual((await verifyDataset(root)).problems, []);
    t.deepEqual(await filesBelow(join(outputPaths(root).workFolder, 'exports')), []);
  });
}

test('what an interrupted export has committed is checked, and dropped with other options', async (t) => {
  for (const change of ['edit', 'options'] as const) {
    const root = await temporaryFolder(t);
    await makeLargeDataset(root, { images });
    const [file] = await killAfter(t, root, 'webdataset', 2);
    const staged = join(outputPaths(root).workFolder, 'exports/webdataset', file);
    if (change === 'edit') await cp(join(root, 'manifest.jsonl'), staged);
    const files = await exportDataset(root, 'webdataset', change === 'edit' ? options : { shardImages: 50 });
    t.is(files.filter((name) => name.endsWith('.tar')).length, change === 'edit' ? 40 : 2);
    t.deepEqual((await verifyDataset(root)).problems, []);
  }
});

/** Starts an export, kills it when some of its files are there, or lets it end; returns those that its journal has. */
async function killAfter(
  t: ExecutionContext,
  root: string,
  name: ExporterName,
  files: number,
): Promise<string[]> {
  const script = fileURLToPath(new URL('export-child.js', import.meta.url));
  const child = fork(script, [root, name, String(options.shardImages)]);
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const folder = join(outputPaths(root).workFolder, 'exports');
  const linesOf = async () =>
    (await readFile(join(folder, `${name}.jsonl`), 'utf8').catch(() => '')).split('\n').slice(1, -1);
  // Formats with a file for each image have no line for each in the journal.
  const hasSome = async () =>
    (await linesOf()).length >= files ||
    (perImage.has(name) && (await filesBelow(join(folder, name)).catch(() => [])).length >= files);
  while (child.exitCode === null && !(await hasSome())) await setTimeout(1);
  child.kill('SIGKILL');
  await ended;
  return (await linesOf()).map((line) => JSON.parse(line).file);
}

async function inodesOf(folder: string, files: readonly string[]): Promise<number[]> {
  return Promise.all(files.map(async (file) => (await stat(join(folder, file))).ino));
}
