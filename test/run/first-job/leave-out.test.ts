import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { scanImages } from '../../../src/inventory/scan.js';
import { exclusionsOf } from '../../../src/run/first-job/leave-out.js';
import type { OddImage } from '../../../src/run/first-job/sizes.js';

const look = (paths: readonly string[], odd: readonly OddImage[]) =>
  ({ source: 'content', root: resolve('photos'), paths, odd }) as const;

const damaged = (path: string): OddImage => ({ path, code: 'image-corrupt' });
const unsupported = (path: string): OddImage => ({ path, code: 'image-unsupported' });

test('a pattern leaves out its image alone, whatever it is called', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-leave-out-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const everywhere = [
    'a[1]',
    'a1',
    'x{y,z}',
    'xy',
    '!bang',
    '(p)',
    '@(q)',
    '+(r)',
    "it's",
    '#h',
    'ä $^',
    'x(..)',
    '-',
  ];
  const notOnWindows = ['*star', 'q?', 'qq', 'pi|pe', '"quoted"', 'back\\slash', 'b\\[1]'];
  const names = [...everywhere, ...(process.platform === 'win32' ? [] : notOnWindows)];
  for (const name of names) await writeFile(join(folder, `${name}.jpg`), '');
  const all = (await scanImages(folder)).files.map(({ path }) => path);
  t.is(all.length, names.length);
  for (const path of all) {
    const exclude = exclusionsOf(look([], [damaged(path)])).map(({ pattern }) => pattern);
    const left = new Set((await scanImages(folder, { exclude })).files.map((file) => file.path));
    t.deepEqual(
      all.filter((one) => !left.has(one)),
      [path],
      exclude[0],
    );
  }
});

test('a kind of which none can be used has one pattern; else each image has one', (t) => {
  const phone = Array.from({ length: 2000 }, (_, i) => unsupported(`cat/${i}.${i % 2 ? 'HEIC' : 'heic'}`));
  t.deepEqual(exclusionsOf(look(['cat/a.jpg'], [...phone, damaged('cat/b.jpg')])), [
    { pattern: '**/*.heic', reason: '2000 images, image-unsupported' },
    { pattern: 'cat/b.jpg', reason: 'image-corrupt' },
  ]);
  const few = phone.slice(0, 4);
  t.is(exclusionsOf(look(['dog/right.heic'], few)).length, 4, 'one with this extension can be used');
  t.is(
    exclusionsOf(look([], [...few, damaged('c.heic')])).length,
    5,
    'a damaged one tells nothing of its kind',
  );
  const error = t.throws(() => exclusionsOf(look(['a.heic'], phone)), { code: 'content-missing' });
  t.regex(error.message, /2000 images in .* cannot be used, starting with cat\/0\.heic .*too many/);
});
