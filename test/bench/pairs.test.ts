/** Which styles the benchmark of networks leaves out. @module */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import test from 'ava';
import { imagesIn, loadPairs, trainedStyles, unseenIn } from '../../scripts/bench/pictures/pairs.js';
import { sha256 } from '../../src/files/digest.js';
import { temporaryFolder } from '../dataset/support.js';
import { repositoryRoot } from '../support/paths.js';

const demo = join(repositoryRoot, 'datasets', 'demo');
const style = join(demo, 'style');

test('styles that compact was trained on are left out, whatever they are called and however their folder is written', async (t) => {
  const folder = await temporaryFolder(t);
  await copyFile(join(style, 'mosaic-sun.jpg'), join(folder, 'renamed.jpg'));
  await copyFile(join(style, 'ocean-waves.jpg'), join(folder, 'print.jpg'));
  const names = async (some: string) => (await unseenIn(await imagesIn(some))).map((file) => basename(file));
  t.deepEqual(await names(folder), ['print.jpg']);
  for (const written of [style, `${style}/`, relative(process.cwd(), style)])
    t.deepEqual(await names(written), ['ocean-waves.jpg'], written);
});

test('a folder without an unseen style is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await copyFile(join(style, 'mosaic-sun.jpg'), join(folder, 'a.jpg'));
  const options = { content: join(demo, 'content'), style: folder, weights: folder, out: '', pairs: 1 };
  const error = await t.throwsAsync(loadPairs({ ...options, sizePx: 32, unseenOnly: true }));
  t.like(error, { code: 'option-invalid' });
  t.regex(error?.message ?? '', /was trained on every style/);
  t.is((await loadPairs({ ...options, sizePx: 32 })).length, 1);
});

test('the styles are those that the weights say they were made from', async (t) => {
  const text = await readFile(join(repositoryRoot, 'weights', 'README.md'), 'utf8');
  const inDemo = await readdir(style);
  const lines = Object.entries(trainedStyles).map(([digest, name]) => ({
    line: `${digest}  ${name}\n`,
    name,
  }));
  for (const isInDemo of [true, false]) {
    const list = lines.filter(({ name }) => inDemo.includes(name) === isInDemo).map(({ line }) => line);
    t.true(text.includes(sha256(list.sort().join(''))), list.join(''));
  }
});
