import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { FilePublisher, publishFile, sweepTemporaryFiles } from '../../src/files/publish.js';
import { filesBelow, sha256, temporaryFolder } from '../dataset/support.js';
import { FaultyFileSystem } from './faulty-file-system.js';

const image = Buffer.alloc(100_000, 'image');

test('publishing creates the file and its folders, and nothing else', async (t) => {
  const root = await temporaryFolder(t);
  const published = await publishFile(join(root, 'train/cat/1.jpg'), image, {
    temporaryFolder: join(root, '.wildstyle/tmp'),
  });
  t.deepEqual(published, { sha256: sha256(image), bytes: 100_000 });
  t.deepEqual(await filesBelow(root), ['train/cat/1.jpg']);
  t.deepEqual(await readFile(join(root, 'train/cat/1.jpg')), image);
});

test('an existing file is replaced', async (t) => {
  const root = await temporaryFolder(t);
  const options = { temporaryFolder: join(root, 'tmp') };
  await publishFile(join(root, 'card.md'), 'old and longer', options);
  await publishFile(join(root, 'card.md'), 'new', options);
  t.is(await readFile(join(root, 'card.md'), 'utf8'), 'new');
});

test('text and bytes are written in order', async (t) => {
  const root = await temporaryFolder(t);
  const publisher = await FilePublisher.open(join(root, 'a.txt'), { temporaryFolder: join(root, 'tmp') });
  const long = 'long '.repeat(100_000);
  for (const chunk of ['one ', Buffer.from('two '), 'drei ', 'vier – ', long]) await publisher.write(chunk);
  t.deepEqual(await filesBelow(join(root, 'tmp')).then((names) => names.length), 1);
  const expected = `one two drei vier – ${long}`;
  t.deepEqual(await publisher.commit(), { sha256: sha256(expected), bytes: Buffer.byteLength(expected) });
  t.is(await readFile(join(root, 'a.txt'), 'utf8'), expected);
});

test('an aborted file leaves nothing behind', async (t) => {
  const root = await temporaryFolder(t);
  const publisher = await FilePublisher.open(join(root, 'a.txt'), { temporaryFolder: join(root, 'tmp') });
  await publisher.write('half');
  await publisher.abort();
  t.deepEqual(await filesBelow(root), []);
});

for (const [code, expected] of [
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EROFS', 'output-unwritable'],
  ['EACCES', 'output-unwritable'],
  ['EIO', 'disk-failed'],
  ['EMFILE', 'resources-exhausted'],
] as const) {
  test(`if any operation fails with ${code}, no partial file is published and nothing is left behind`, async (t) => {
    const finalFile = 'train/cat/1.jpg';
    let operations: string[] = [];
    for (let failAt = 1; ; failAt++) {
      const root = await temporaryFolder(t);
      const fileSystem = new FaultyFileSystem(failAt, code);
      const attempt = publishFile(join(root, finalFile), image, {
        temporaryFolder: join(root, 'tmp'),
        fileSystem,
      });
      const error = await attempt.then(
        () => undefined,
        (error: unknown) => error,
      );
      operations = fileSystem.operations;
      if (!fileSystem.failed) {
        t.is(error, undefined);
        break;
      }
      const failedOperation = fileSystem.operations[failAt - 1];
      t.true(error instanceof WildstyleError, `${failAt} ${failedOperation}`);
      t.is((error as WildstyleError).code, expected);
      t.regex((error as WildstyleError).message, /1\.jpg/);
      const left = await filesBelow(root);
      if (fileSystem.operations.slice(0, failAt - 1).includes('rename')) {
        t.deepEqual(left, [finalFile]);
        t.deepEqual(await readFile(join(root, finalFile)), image);
      } else {
        t.deepEqual(left, [], `${failAt} ${failedOperation}`);
        await t.throwsAsync(stat(join(root, 'train')), { code: 'ENOENT' });
      }
    }
    // After the rename, three folders are flushed: cat, train and the root.
    const before = ['mkdir', 'open', 'write', 'sync', 'close', 'mkdir', 'mkdir', 'rename'];
    t.deepEqual(operations.slice(0, before.length), before);
    t.deepEqual(operations.slice(before.length), Array(3).fill(['open', 'sync', 'close']).flat());
  });
}

test('a class folder with images survives a failure', async (t) => {
  const root = await temporaryFolder(t);
  await publishFile(join(root, 'train/cat/1.jpg'), image, { temporaryFolder: join(root, 'tmp') });
  const fileSystem = new FaultyFileSystem(5);
  await t.throwsAsync(
    publishFile(join(root, 'train/cat/2.jpg'), image, { temporaryFolder: join(root, 'tmp'), fileSystem }),
  );
  t.deepEqual(await filesBelow(root), ['train/cat/1.jpg']);
});

test('a file in place of a folder is reported', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'train'), 'in the way');
  const error = await t.throwsAsync(
    publishFile(join(root, 'train/cat/1.jpg'), image, { temporaryFolder: join(root, 'tmp') }),
    { instanceOf: WildstyleError },
  );
  t.is(error?.code, 'output-unwritable');
  t.deepEqual(await filesBelow(root), ['train']);
});

test('on a disk that is really full, the error is disk-full and only complete files exist', async (t) => {
  const root = await temporaryFolder(t);
  const disk = join(root, 'disk');
  await mkdir(disk);
  const run = promisify(execFile);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  } catch {
    t.log('skipped: needs permission to mount a tmpfs');
    t.pass();
    return;
  }
  try {
    const options = { temporaryFolder: join(disk, '.wildstyle/tmp') };
    const large = Buffer.alloc(300_000, 'x');
    let published = 0;
    const error = await t.throwsAsync(async () => {
      for (; ; published++) await publishFile(join(disk, `train/cat/${published}.jpg`), large, options);
    });
    t.is((error as WildstyleError).code, 'disk-full');
    t.is(published, 3);
    t.deepEqual(
      await filesBelow(disk),
      [0, 1, 2].map((index) => `train/cat/${index}.jpg`),
    );
    for (let index = 0; index < published; index++) {
      t.is((await stat(join(disk, `train/cat/${index}.jpg`))).size, 300_000);
    }
  } finally {
    await run('umount', [disk]);
  }
});

test('sweepTemporaryFiles removes only temporary files', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, '1.jpg.0000.tmp'), 'half');
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await sweepTemporaryFiles(folder);
  t.deepEqual(await filesBelow(folder), ['notes.txt']);
  await t.notThrowsAsync(sweepTemporaryFiles(join(folder, 'nowhere')));
});
