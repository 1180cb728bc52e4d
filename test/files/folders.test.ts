import { mkdir, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { makeFolder } from '../../src/files/folders.js';
import { temporaryFolder } from '../dataset/support.js';

/** Calls `interfere` before the first attempts to create a folder of that name. */
function meddling(name: string, times: number, interfere: (path: string) => Promise<unknown>): FileSystem {
  let left = times;
  return {
    ...nodeFileSystem,
    async mkdir(path) {
      if (path.endsWith(name) && left-- > 0) await interfere(path);
      await nodeFileSystem.mkdir(path);
    },
  };
}

/** Another process creates the folder first, fails, and removes it again before anyone looks. */
const madeAndRemoved = async (path: string) => {
  await mkdir(path);
  try {
    await mkdir(path);
  } catch (error) {
    await rmdir(path);
    throw error;
  }
};

test('a folder that another process creates first is used, and is not ours to remove', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'train/cat');
  const made = await makeFolder(
    folder,
    meddling('cat', 1, (path) => mkdir(path)),
  );
  t.deepEqual(made, [join(root, 'train')]);
});

test('a folder that another process creates and removes again is created', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'train/cat');
  const made = await makeFolder(folder, meddling('cat', 3, madeAndRemoved));
  t.deepEqual(made, [join(root, 'train'), folder]);
  t.true((await stat(folder)).isDirectory());
});

test('a parent that another process removes is created again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'train/cat');
  await mkdir(join(root, 'train'));
  const made = await makeFolder(
    folder,
    meddling('cat', 1, (path) => rmdir(dirname(path))),
  );
  t.deepEqual(made, [join(root, 'train'), folder]);
});

test('a folder that keeps vanishing, or a link into nowhere, is an error', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'train/cat');
  await t.throwsAsync(makeFolder(folder, meddling('cat', 99, madeAndRemoved)), { code: 'EEXIST' });
  await t.throwsAsync(stat(join(root, 'train')), { code: 'ENOENT' });
  await symlink(join(root, 'nowhere'), join(root, 'link'));
  await t.throwsAsync(makeFolder(join(root, 'link')), { code: 'EEXIST' });
});
