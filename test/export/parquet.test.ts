import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { exportDataset } from '../../src/export/export-dataset.js';
import { makeDataset } from '../dataset/make-dataset.js';
import { temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

type Box = [number, number, number, number];

async function tableOf(file: string) {
  const bytes = await readFile(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = await parquetMetadataAsync(buffer);
  const rows = await parquetReadObjects({ file: buffer, utf8: false });
  const { value = '{}' } = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface') ?? {};
  return { rows, features: JSON.parse(value).info.features };
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

test('a row has the bytes of the image, the number of the class, and the values of metadata.jsonl', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 20, splits: ['train', 'test'] });
  const files = await exportDataset(root, 'parquet', { shardImages: 7 });
  const classes = ['ant', 'bee', 'cat'];
  for (const split of ['train', 'test']) {
    const lines = (await readFile(join(root, split, 'metadata.jsonl'), 'utf8')).trim().split('\n');
    const shards = files.filter((file) => file.includes(`data/${split}-`));
    t.true(shards[0].endsWith(`data/${split}-00000-of-00002.parquet`));
    const tables = await Promise.all(shards.map((file) => tableOf(join(root, file))));
    const { features } = tables[0];
    t.deepEqual(features.image, { _type: 'Image' });
    t.deepEqual(features.label, { names: classes, _type: 'ClassLabel' });
    t.deepEqual(features.strength, { dtype: 'float64', _type: 'Value' });
    const rows = tables.flatMap((table) => table.rows);
    t.is(rows.length, lines.length);
    for (const [index, line] of lines.entries()) {
      const { file_name, label, ...expected } = JSON.parse(line);
      const { image, label: number, ...found } = rows[index];
      t.is(image.path, file_name);
      t.deepEqual(Buffer.from(image.bytes), await readFile(join(root, split, file_name)));
      t.is(classes[Number(number)], label);
      t.deepEqual(
        Object.fromEntries(Object.entries(found).map(([key, value]) => [key, plain(value)])),
        expected,
      );
    }
  }
});

test('a dataset with outlines or masks has a column of masks; one with boxes alone has none', async (t) => {
  const box = { category: 'nose', categoryId: 0, bbox: [1, 2, 30, 40] as Box, area: 1200 };
  const outline = { ...box, categoryId: 2, polygons: [[10, 10, 20, 10, 20, 20, 10, 20]], area: 100 };
  for (const objects of [[box], [box, outline]]) {
    const root = await temporaryFolder(t);
    await makeDataset(root, undefined, { objects });
    const [file] = await exportDataset(root, 'parquet');
    const { rows, features } = await tableOf(join(root, file));
    const card = await readFile(join(root, 'exports/parquet/README.md'), 'utf8');
    if (objects.length === 1) {
      t.false('mask' in rows[0] || 'mask' in features || card.includes('mask'));
      continue;
    }
    t.deepEqual(features.mask, { _type: 'Image' });
    t.true(card.includes('name: mask\n          dtype: image') || card.includes('- name: mask'));
    await exportDataset(root, 'masks');
    for (const { image, mask } of rows) {
      t.is(mask.path, image.path);
      const path = `exports/masks/train/${image.path.replace(/\.jpg$/, '.png')}`;
      t.deepEqual(Buffer.from(mask.bytes), await readFile(join(root, path)));
    }
  }
});

test('categories that no mask can hold are an error for masks, and leave the column out', async (t) => {
  const root = await temporaryFolder(t);
  const object = {
    category: 'nose',
    bbox: [1, 2, 30, 40] as Box,
    area: 1200,
    polygons: [[1, 1, 9, 1, 9, 9]],
  };
  await makeDataset(root, undefined, { objects: [0, 300].map((categoryId) => ({ ...object, categoryId })) });
  await t.throwsAsync(exportDataset(root, 'masks'), { code: 'dataset-invalid', message: /a category 300/ });
  const [file] = await exportDataset(root, 'parquet');
  t.false('mask' in (await tableOf(join(root, file))).features);
});

test('without labels, the column label is empty text', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 3, classes: [] });
  const [file] = await exportDataset(root, 'parquet');
  const { rows, features } = await tableOf(join(root, file));
  t.deepEqual(features.label, { dtype: 'string', _type: 'Value' });
  t.deepEqual(
    rows.map(({ label }) => label ?? null),
    [null, null, null],
  );
});
