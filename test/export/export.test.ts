import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'csv-parse/sync';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import { exporterNames } from '../../src/export/index.js';
import { makeDataset } from '../dataset/make-dataset.js';
import { temporaryFolder } from '../dataset/support.js';
import { wildstyle } from '../support/command-line.js';

for (const name of exporterNames) {
  test(`${name}: verify knows the files, finds an edit, and a second export gives the same bytes`, async (t) => {
    const root = await temporaryFolder(t);
    await makeDataset(root);
    const files = await exportDataset(root, name);
    t.true(files.length > 0 && files.every((file) => file.startsWith(`exports/${name}/`)));
    t.deepEqual((await verifyDataset(root)).problems, []);
    const bytes = await Promise.all(files.map((file) => readFile(join(root, file))));
    t.deepEqual(await exportDataset(root, name), files);
    t.deepEqual(await Promise.all(files.map((file) => readFile(join(root, file)))), bytes);
    await writeFile(join(root, files[0]), 'edited');
    t.like((await verifyDataset(root)).problems, [{ code: 'file-altered', file: files[0] }]);
    await writeFile(join(root, 'exports', name, 'foreign'), '');
    t.deepEqual(
      (await verifyDataset(root)).problems.map(({ code }) => code),
      ['file-extra', 'file-altered'],
    );
  });

  test(`${name}: a folder that is not a dataset is refused`, async (t) => {
    await t.throwsAsync(exportDataset(await temporaryFolder(t), name), { code: 'dataset-invalid' });
  });
}

test('csv: a row for each image, with the values of metadata.jsonl', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const { stdout, exitCode } = await wildstyle(['export', root, '--to', 'csv'], { cache: root });
  t.is(exitCode, 0);
  t.regex(stdout, /exports\/csv\/train\.csv/);
  const rows = parse(await readFile(join(root, 'exports/csv/train.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  const lines = (await readFile(join(root, 'train/metadata.jsonl'), 'utf8')).trim().split('\n');
  const expected = lines.map((line) =>
    Object.fromEntries(
      Object.entries(JSON.parse(line)).map(([key, value]) => [key, value === null ? '' : String(value)]),
    ),
  );
  t.is(rows.length, 4);
  t.deepEqual(rows, expected);
});
