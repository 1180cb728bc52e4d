import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { fileOf } from '../../src/dataset/ledger/record-kinds.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { publishSummary, readSummary, withExport, withFiles } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { exportDataset } from '../../src/export/export-dataset.js';
import { exporterNames } from '../../src/export-formats.js';
import { makeDataset } from '../dataset/make-dataset.js';
import { temporaryFolder } from '../dataset/support.js';

const objects = [
  { category: 'nose', categoryId: 1, bbox: [1, 2, 30, 40] as [number, number, number, number], area: 1200 },
];

for (const name of exporterNames) {
  test(`${name}: verify knows the files, finds an edit, and a second export gives the same bytes`, async (t) => {
    const root = await temporaryFolder(t);
    await makeDataset(root, undefined, { objects });
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

  test(`${name}: a dataset that changed after the export has an outdated one`, async (t) => {
    const root = await temporaryFolder(t);
    const { summary } = await makeDataset(root, undefined, { objects });
    await exportDataset(root, name);
    const exported = (await readSummary(root)) ?? summary;
    await publishSummary(
      root,
      withExport({ ...exported, digests: { ...exported.digests, result: '0'.repeat(64) } }, name),
    );
    await publishSummary(
      root,
      withFiles({ ...((await readSummary(root)) ?? exported), digests: exported.digests }, {}),
    );
    t.like((await verifyDataset(root)).problems, [{ code: 'export-outdated', file: `exports/${name}` }]);
    await exportDataset(root, name);
    t.deepEqual((await verifyDataset(root)).problems, []);
  });

  test(`${name}: a missing or altered image is an error with a code, or does not matter`, async (t) => {
    for (const damage of [rm, (file: string) => appendFile(file, 'x')]) {
      const root = await temporaryFolder(t);
      const { records } = await makeDataset(root);
      await damage(join(root, fileOf(records[0])));
      const code = await exportDataset(root, name).then(
        () => undefined,
        (error) => error.code,
      );
      t.true(code === undefined || code === 'dataset-invalid', code);
      t.deepEqual(await readdir(outputPaths(root).temporaryFolder), []);
    }
  });

  test(`${name}: a folder that is not a dataset is refused`, async (t) => {
    await t.throwsAsync(exportDataset(await temporaryFolder(t), name), { code: 'dataset-invalid' });
  });
}
