/** All demo images are documented and have the expected size. @module */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { stylePaintings } from '../../datasets/painting/styles/list.js';
import { repositoryRoot } from '../support/paths.js';

const datasets = path.join(repositoryRoot, 'datasets');

function demoImages(): string[] {
  return readdirSync(path.join(datasets, 'demo'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(datasets, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    )
    .sort();
}

test('every demo image has a row in datasets/README.md, and every row an image', (t) => {
  const readme = readFileSync(path.join(datasets, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `(demo\/[^`]+)` \|/gm)].map((match) => match[1] as string);
  t.deepEqual(rows.sort(), demoImages());
});

test('there are four classes of four photographs and one file per style, one of them a print', (t) => {
  const filesPerFolder = new Map<string, string[]>();
  for (const file of demoImages()) {
    const folder = path.posix.dirname(file);
    filesPerFolder.set(folder, [...(filesPerFolder.get(folder) ?? []), file]);
  }
  t.deepEqual(
    [...filesPerFolder].map(([folder, files]) => [folder, files.length]),
    [
      ['demo/content/animal', 4],
      ['demo/content/city', 4],
      ['demo/content/flower', 4],
      ['demo/content/landscape', 4],
      ['demo/style', stylePaintings.length + 1],
    ],
  );
  t.deepEqual(
    filesPerFolder.get('demo/style'),
    [...stylePaintings.map(({ name }) => name), 'ocean-waves'].sort().map((name) => `demo/style/${name}.jpg`),
  );
});

for (const file of demoImages())
  test(`${file} is a color JPEG of demo size`, async (t) => {
    const { width, height, format, channels, space } = await sharp(path.join(datasets, file)).metadata();
    t.deepEqual({ format, channels, space }, { format: 'jpeg', channels: 3, space: 'srgb' });
    t.true(Math.max(width, height) >= 320 && Math.max(width, height) <= 520, `${width}x${height}`);
    t.true(Math.min(width, height) >= 240, `${width}x${height}`);
  });

test('the demo images are smaller than 2.5 MB in total', (t) => {
  const total = demoImages().reduce((sum, file) => sum + statSync(path.join(datasets, file)).size, 0);
  t.true(total < 2.5e6, `${total} bytes`);
});
