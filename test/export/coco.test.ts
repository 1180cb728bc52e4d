import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { exportDataset } from '../../src/export/export-dataset.js';
import { temporaryFolder } from '../dataset/support.js';
import { makeLargeDataset } from './large-dataset.js';

test('every image is there with its size, and its class as a box around all of it', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 12, splits: ['train', 'test'] });
  t.deepEqual(await exportDataset(root, 'coco'), ['exports/coco/test.json', 'exports/coco/train.json']);
  for (const split of ['train', 'test']) {
    const rows = (await readFile(join(root, split, 'metadata.jsonl'), 'utf8')).trim().split('\n');
    const coco = JSON.parse(await readFile(join(root, `exports/coco/${split}.json`), 'utf8'));
    const names = new Map(coco.categories.map(({ id, name }: { id: number; name: string }) => [id, name]));
    t.deepEqual(
      [...names],
      [
        [1, 'ant'],
        [2, 'bee'],
        [3, 'cat'],
      ],
    );
    t.deepEqual([coco.images.length, coco.annotations.length], [rows.length, rows.length]);
    for (const [index, row] of rows.entries()) {
      const { id, label, file_name } = JSON.parse(row);
      const [image, annotation] = [coco.images[index], coco.annotations[index]];
      t.is(image.item, id);
      t.is(image.file_name, `${split}/${file_name}`);
      const { width = 0, height = 0 } = await sharp(join(root, image.file_name)).metadata();
      t.deepEqual([image.width, image.height], [width, height]);
      t.is(annotation.image_id, image.id);
      t.is(names.get(annotation.category_id), label);
      t.deepEqual([annotation.bbox, annotation.area], [[0, 0, width, height], width * height]);
    }
  }
});

test('without labels there are images and no annotations', async (t) => {
  const root = await temporaryFolder(t);
  await makeLargeDataset(root, { images: 2, classes: [] });
  const [file] = await exportDataset(root, 'coco');
  const { images, annotations, categories } = JSON.parse(await readFile(join(root, file), 'utf8'));
  t.deepEqual([images.length, annotations, categories], [2, [], []]);
});
