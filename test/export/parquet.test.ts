import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { exportDataset } from '../../src/export/export-dataset.js';
import { temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

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
