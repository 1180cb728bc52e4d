import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exportDataset } from '../../src/export/export-dataset.js';
import { sha256, temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

test('files, digests, splits, classes and columns are those of the dataset', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 12, splits: ['train', 'test'] });
  t.deepEqual(await exportDataset(root, 'croissant'), ['exports/croissant/croissant.json']);
  const folder = join(root, 'exports/croissant');
  const found = JSON.parse(await readFile(join(folder, 'croissant.json'), 'utf8'));
  t.is(found.conformsTo, 'http://mlcommons.org/croissant/1.1');
  t.regex(found.description, /^\d+ images made by neural style transfer and \d+ originals? in 3 classes, /);
  t.regex(found['rai:dataManipulationProtocol'], /^Each stylized image has the shapes /);
  const files = found.distribution.filter((each: { contentUrl?: string }) => each.contentUrl);
  t.is(files.length, 3);
  for (const { contentUrl, sha256: digest, encodingFormat } of files) {
    const path = join(folder, contentUrl);
    t.true(existsSync(path), contentUrl);
    const described = encodingFormat === 'git+https' ? join(path, 'manifest.jsonl') : path;
    t.is(sha256(await readFile(described)), digest);
  }
  const sets = new Map<string, { field: { name: string }[]; data?: object[] }>(
    found.recordSet.map((set: { '@id': string }) => [set['@id'], set]),
  );
  t.deepEqual([...sets.keys()], ['splits', 'classes', 'test', 'train']);
  t.deepEqual(sets.get('splits')?.data, [
    { 'splits/name': 'test', 'splits/url': 'cr:TestSplit' },
    { 'splits/name': 'train', 'splits/url': 'cr:TrainingSplit' },
  ]);
  t.deepEqual(
    sets.get('classes')?.data,
    ['ant', 'bee', 'cat'].map((name) => ({ 'classes/name': name })),
  );
  const [row] = (await readFile(join(root, 'train/metadata.jsonl'), 'utf8')).split('\n');
  const { file_name, ...columns } = JSON.parse(row);
  const names = sets.get('train')?.field.map(({ name }) => name) ?? [];
  t.deepEqual(names.sort(), ['image', ...Object.keys(columns)].sort());
});
