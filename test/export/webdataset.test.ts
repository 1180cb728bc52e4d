import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { extract } from 'tar-stream';
import { exportDataset } from '../../src/export/export-dataset.js';
import { sha256, temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

type Entry = { readonly name: string; readonly mtimeMs: number; readonly content: Buffer };

async function entriesOf(file: string): Promise<Entry[]> {
  const archive = extract();
  archive.end(await readFile(file));
  const entries: Entry[] = [];
  for await (const entry of archive) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    const { name, mtime } = entry.header;
    entries.push({ name, mtimeMs: mtime?.getTime() ?? -1, content: Buffer.concat(pieces) });
  }
  return entries;
}

const rowsOf = async (root: string, split: string) =>
  (await readFile(join(root, split, 'metadata.jsonl'), 'utf8')).trim().split('\n');

test('a sample has image, class number and row, adjacent and in the order of the metadata', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 20, splits: ['train', 'test'] });
  const files = await exportDataset(root, 'webdataset', { shardImages: 4 });
  const index = JSON.parse(await readFile(join(root, 'exports/webdataset/index.json'), 'utf8'));
  t.deepEqual(index.classes, ['ant', 'bee', 'cat']);
  for (const split of ['train', 'test']) {
    const rows = await rowsOf(root, split);
    const shards = files.filter((file) => file.includes(`/${split}-`));
    t.regex(shards[0], /-000000\.tar$/);
    t.is(shards.length, Math.ceil(rows.length / 4));
    const entries = (await Promise.all(shards.map((file) => entriesOf(join(root, file))))).flat();
    t.is(entries.length, 3 * rows.length);
    for (const [sample, row] of rows.entries()) {
      const { id, label, file_name } = JSON.parse(row);
      const [image, number, json] = entries.slice(3 * sample, 3 * sample + 3);
      t.deepEqual([image.name, number.name, json.name], [`${id}.jpg`, `${id}.cls`, `${id}.json`]);
      t.deepEqual(image.content, await readFile(join(root, split, file_name)));
      t.is(index.classes[Number(number.content)], label);
      t.is(json.content.toString(), row);
    }
    t.true(entries.every(({ mtimeMs }) => mtimeMs === 0));
  }
  for (const { file, sha256: digest, bytes } of index.shards) {
    const content = await readFile(join(root, 'exports/webdataset', file));
    t.deepEqual([sha256(content), content.length], [digest, bytes]);
  }
});

test('without labels there are no class numbers', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 3, classes: [] });
  const [file] = await exportDataset(root, 'webdataset');
  const names = (await entriesOf(join(root, file))).map(({ name }) => name.split('.')[1]);
  t.deepEqual(names, ['jpg', 'json', 'jpg', 'json', 'jpg', 'json']);
});
