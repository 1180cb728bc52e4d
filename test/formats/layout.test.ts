/** Checks the published files against the rules of common loaders. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makeDataset } from '../dataset/make-dataset.js';
import { filesBelow, temporaryFolder } from '../dataset/support.js';

/** Image extensions that torchvision, Keras and Hugging Face all accept. */
const imageExtension = /\.(jpe?g|png)$/;

test('torchvision: every folder in a split is a class and has an image', async (t) => {
  const root = await temporaryFolder(t);
  const { summary } = await makeDataset(root);
  const entries = await readdir(join(root, 'train'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  t.deepEqual(folders.sort(), Object.keys(summary.counts.classes));
  for (const folder of folders) {
    const files = await filesBelow(join(root, 'train', folder));
    t.true(files.length > 0);
    t.true(files.every((file) => imageExtension.test(file) && !file.startsWith('.')));
  }
});

test('Keras: a split contains only class folders and loose files that Keras ignores', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const loose = (await readdir(join(root, 'train'), { withFileTypes: true })).filter(
    (entry) => !entry.isDirectory(),
  );
  t.deepEqual(
    loose.map(({ name }) => name),
    ['metadata.jsonl'],
  );
});

test('Hugging Face: every row has a file below its folder, every image has a row, and labels match the folders', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const text = await readFile(join(root, 'train/metadata.jsonl'), 'utf8');
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const images = (await filesBelow(join(root, 'train'))).filter((file) => imageExtension.test(file));
  t.deepEqual(rows.map((row) => row.file_name).sort(), images);
  for (const row of rows) {
    t.is(row.label, row.file_name.split('/')[0]);
    t.notRegex(row.file_name, /^\/|\.\.|:\/\//);
  }
});

test('WebDataset: image names have one dot, so that the key is the item id', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  for (const file of (await filesBelow(join(root, 'train'))).filter((file) => imageExtension.test(file))) {
    t.is(file.split('/').at(-1)?.split('.').length, 2);
  }
});

test('the root contains only the documented files', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  t.deepEqual((await readdir(root)).sort(), [
    '.wildstyle',
    'README.md',
    'dataset.json',
    'manifest.jsonl',
    'train',
  ]);
});
