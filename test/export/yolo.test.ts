import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exportDataset } from '../../src/export/export-dataset.js';
import { filesBelow, temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

test('every split is a folder with the name that YOLO knows, and every class a folder in it', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 150, splits: ['train', 'validation'] });
  const files = await exportDataset(root, 'yolo');
  t.is(files.length, 150);
  const found = await filesBelow(join(root, 'exports/yolo'));
  t.deepEqual(found.map((file) => `exports/yolo/${file}`).sort(), [...files].sort());
  for (const file of found) {
    const original = file.replace(/^val\//, 'validation/');
    t.deepEqual(await readFile(join(root, 'exports/yolo', file)), await readFile(join(root, original)));
  }
  t.deepEqual(new Set(found.map((file) => file.split('/').slice(0, 2).join('/'))).size, 6);
});

test('a missing image leaves no export, and the images that are there are copied once', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 150 });
  const lost = (await filesBelow(join(root, 'train'))).find((file) => file.endsWith('.jpg')) ?? '';
  const bytes = await readFile(join(root, 'train', lost));
  await rm(join(root, 'train', lost));
  await t.throwsAsync(exportDataset(root, 'yolo'), { code: 'dataset-invalid' });
  t.deepEqual(await filesBelow(join(root, 'exports')).catch(() => []), []);
  await writeFile(join(root, 'train', lost), bytes);
  t.is((await exportDataset(root, 'yolo')).length, 150);
});

test('a dataset without labels is refused', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 2, classes: [] });
  await t.throwsAsync(exportDataset(root, 'yolo'), { code: 'option-invalid', message: /has no labels/ });
});
