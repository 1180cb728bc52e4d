import { readdirSync, readFileSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { type Inventory, type InventoryProgress, takeInventory } from '../../src/inventory/inventory.js';
import { parseJob } from '../../src/job/load.js';
import type { Job } from '../../src/job/schema.js';
import { duplicatePairs } from '../../src/splits/duplicates.js';
import { splitWarnings } from '../../src/splits/warnings.js';
import { folderWith } from '../job/folder.js';
import { digest } from '../plan/synthetic.js';

/** A job in a folder with `content/` and `style/`. */
function jobOn(folder: string, content = '', style = ''): Job {
  return parseJob(
    join(folder, 'job.yaml'),
    `content: { root: content${content} }\nstyle: { root: style${style} }\noutput: { root: out }`,
  );
}

async function take(
  t: ExecutionContext,
  files: Record<string, string>,
  content = '',
  style = '',
): Promise<Inventory> {
  const folder = folderWith(t, { 'style/s.jpg': 's', ...files });
  return takeInventory(jobOn(folder, content, style), { cacheFolder: false });
}

async function errorOf(t: ExecutionContext, promise: Promise<unknown>): Promise<WildstyleError> {
  return (await t.throwsAsync<WildstyleError>(promise, { instanceOf: WildstyleError })) as WildstyleError;
}

test('finds images by extension in any case, sorted, with digests and classes', async (t) => {
  const { contents, styles, problems } = await take(t, {
    'content/dog/b.JPG': 'b',
    'content/dog/deep/er/c.webp': 'c',
    'content/Cat/a.png': 'a',
    'content/Cat/notes.txt': 'not an image',
    'content/Cat/.hidden.jpg': 'hidden',
    'content/Cat/broken.tiff': 'x',
    'style/old/dutch/v.jpeg': 'v',
  });
  t.deepEqual(contents, [
    { path: 'Cat/a.png', sha256: digest('a'), bytes: 1, label: 'Cat' },
    { path: 'Cat/broken.tiff', sha256: digest('x'), bytes: 1, label: 'Cat' },
    { path: 'dog/b.JPG', sha256: digest('b'), bytes: 1, label: 'dog' },
    { path: 'dog/deep/er/c.webp', sha256: digest('c'), bytes: 1, label: 'dog' },
  ]);
  t.deepEqual(
    styles.map(({ path, folder }) => [path, folder]),
    [
      ['old/dutch/v.jpeg', 'old/dutch'],
      ['s.jpg', ''],
    ],
  );
  t.deepEqual(problems, []);
});

test('include and exclude patterns select images', async (t) => {
  const files = {
    'content/a/1.jpg': '1',
    'content/a/2.jpg': '2',
    'content/b/3.jpg': '3',
    'style/x/4.jpg': '4',
  };
  const { contents, styles } = await take(
    t,
    files,
    ', include: ["a/**"], exclude: ["**/2.*"]',
    ', exclude: [s.jpg]',
  );
  t.deepEqual(
    contents.map(({ path }) => path),
    ['a/1.jpg'],
  );
  t.deepEqual(
    styles.map(({ path }) => path),
    ['x/4.jpg'],
  );
});

test('reports an image outside the class folders, unless labels are none', async (t) => {
  const files = { 'content/loose.jpg': 'l', 'content/a/1.jpg': '1' };
  const { contents, problems } = await take(t, files);
  t.deepEqual(
    contents.map(({ path }) => path),
    ['a/1.jpg'],
  );
  t.like(problems[0], { source: 'content', path: 'loose.jpg', code: 'labels-invalid' });
  const unlabeled = await take(t, files, ', labels: none');
  t.deepEqual(
    unlabeled.contents.map(({ path, label }) => [path, label]),
    [
      ['a/1.jpg', null],
      ['loose.jpg', null],
    ],
  );
});

test('a duplicate in the same class is skipped; in two classes it is a warning', async (t) => {
  const { contents, styles, duplicates, warnings } = await take(t, {
    'content/a/1.jpg': 'same',
    'content/a/2.jpg': 'same',
    'content/b/1.jpg': 'same',
    'style/t.jpg': 's',
  });
  t.deepEqual(
    contents.map(({ path }) => path),
    ['a/1.jpg', 'b/1.jpg'],
  );
  t.deepEqual(
    styles.map(({ path }) => path),
    ['s.jpg'],
  );
  t.deepEqual(duplicates, [
    { source: 'content', path: 'a/2.jpg', of: 'a/1.jpg' },
    { source: 'style', path: 't.jpg', of: 's.jpg' },
  ]);
  t.deepEqual(warnings, []);
  const pairs = duplicatePairs({ duplicates, styles, similar: [] }, contents, []);
  t.deepEqual(pairs, [
    { source: 'content', paths: ['a/1.jpg', 'b/1.jpg'], same: 'bytes', classes: ['a', 'b'] },
    { source: 'content', paths: ['a/1.jpg', 'a/2.jpg'], same: 'bytes' },
    { source: 'content', paths: ['b/1.jpg', 'a/2.jpg'], same: 'bytes', classes: ['b', 'a'] },
    { source: 'style', paths: ['s.jpg', 't.jpg'], same: 'bytes' },
  ]);
  t.deepEqual(splitWarnings({}, pairs, { contents: [] }), [
    'a/1.jpg and b/1.jpg are the same image in two classes.',
    'b/1.jpg and a/2.jpg are the same image in two classes.',
  ]);
});

test('warns about classes that have the name of a split or differ only in case', async (t) => {
  const { warnings } = await take(t, {
    'content/test/1.jpg': '1',
    'content/Cat/2.jpg': '2',
    'content/cat/3.jpg': '3',
  });
  t.deepEqual(warnings, [
    'The classes "Cat" and "cat" become the same folder on case-insensitive file systems (Windows, macOS).',
    'The class "test" has the name of a split: tools that infer splits from folder names may mistake it for one.',
  ]);
});

test('refuses class names that cannot be folders', async (t) => {
  const error = await errorOf(
    t,
    take(t, { 'content/a:b/1.jpg': '1', 'content/CON/1.jpg': '2', 'content/ok/1.jpg': '3' }),
  );
  t.is(error.code, 'labels-invalid');
  t.is(
    error.message,
    'The class "CON" is a reserved name on Windows.\nThe class "a:b" contains ":", which is not allowed in a folder name.',
  );
});

test('reports links and never follows them', async (t) => {
  const folder = folderWith(t, { 'content/a/1.jpg': '1', 'style/s.jpg': 's', 'secret/x/2.jpg': '2' });
  symlinkSync(join(folder, 'secret/x'), join(folder, 'content/linked'));
  symlinkSync(join(folder, 'secret/x/2.jpg'), join(folder, 'content/a/2.jpg'));
  symlinkSync(join(folder, 'content'), join(folder, 'content/a/loop'));
  symlinkSync('/nowhere', join(folder, 'content/a/README'));
  const { contents, problems } = await takeInventory(jobOn(folder), { cacheFolder: false });
  t.deepEqual(
    contents.map(({ path }) => path),
    ['a/1.jpg'],
  );
  t.deepEqual(
    problems.map(({ path, code }) => [path, code]),
    [
      ['a/2.jpg', 'path-outside-root'],
      ['a/loop', 'path-outside-root'],
      ['linked', 'path-outside-root'],
    ],
  );
  const through = jobOn(folder, ', include: ["a/*", "linked/**"]');
  const found = await takeInventory(through, { cacheFolder: false });
  t.deepEqual(
    found.contents.map(({ path }) => path),
    ['a/1.jpg'],
  );
  t.true(found.problems.every(({ code }) => code === 'path-outside-root'));
});

test('a missing or empty folder is an error with a cure', async (t) => {
  const folder = folderWith(t, { 'content/a/1.txt': '1', 'style/s.jpg': 's', file: '' });
  const empty = await errorOf(t, takeInventory(jobOn(folder), { cacheFolder: false }));
  t.is(empty.code, 'content-missing');
  t.is(empty.message, `There are no usable content images in ${join(folder, 'content')}.`);
  const loose = folderWith(t, { 'content/1.jpg': '1', 'style/s.jpg': 's' });
  const unlabeled = await errorOf(t, takeInventory(jobOn(loose), { cacheFolder: false }));
  t.is(unlabeled.code, 'content-missing');
  t.regex(unlabeled.message, /1 left out, starting with 1\.jpg: It is directly in the content root/);
  const job = jobOn(folder);
  for (const source of ['content', 'style'] as const) {
    const missing = {
      ...job,
      content: { ...job.content, root: join(folder, 'style') },
      [source]: { ...job[source], root: '/no/such' },
    };
    const error = await errorOf(t, takeInventory(missing, { cacheFolder: false }));
    t.is(error.code, `${source}-missing`);
    t.is(error.message, `The ${source} folder /no/such does not exist.`);
    t.is(error.cure, `Correct ${source}.root. Relative paths start from the folder of ${job.file}.`);
  }
});

test('caches digests by path, size and time; progress counts the bytes read', async (t) => {
  const folder = folderWith(t, { 'content/a/1.jpg': 'one', 'content/a/2.jpg': 'two', 'style/s.jpg': 's' });
  const files = ['content/a/1.jpg', 'content/a/2.jpg', 'style/s.jpg'].map((name) => join(folder, name));
  for (const file of files) utimesSync(file, 1e9, 1e9);
  const cacheFolder = join(folder, 'cache');
  const run = async () => {
    const steps: InventoryProgress[] = [];
    const inventory = await takeInventory(jobOn(folder), {
      cacheFolder,
      onProgress: (step) => steps.push(step),
    });
    return { digests: inventory.contents.map(({ sha256 }) => sha256), last: steps.at(-1) };
  };
  t.deepEqual(await run(), {
    digests: [digest('one'), digest('two')],
    last: { done: 3, total: 3, bytes: 7 },
  });
  t.deepEqual((await run()).last, { done: 3, total: 3, bytes: 0 });
  t.is(readdirSync(cacheFolder).length, 2);

  writeFileSync(files[0], 'ONE');
  utimesSync(files[0], 1e9 + 5, 1e9 + 5);
  t.deepEqual(await run(), {
    digests: [digest('ONE'), digest('two')],
    last: { done: 3, total: 3, bytes: 3 },
  });

  for (const name of readdirSync(cacheFolder))
    writeFileSync(join(cacheFolder, name), '{"version":1,"root":"');
  t.deepEqual(await run(), {
    digests: [digest('ONE'), digest('two')],
    last: { done: 3, total: 3, bytes: 7 },
  });

  unlinkSync(files[1]);
  t.deepEqual((await run()).digests, [digest('ONE')]);
});

test('notices a file that was replaced by one of the same size and time', async (t) => {
  const folder = folderWith(t, { 'content/a/1.jpg': 'one', 'style/s.jpg': 's' });
  const file = join(folder, 'content/a/1.jpg');
  utimesSync(file, 1e9, 1e9);
  const cacheFolder = join(folder, 'cache');
  const digests = async () =>
    (await takeInventory(jobOn(folder), { cacheFolder })).contents.map(({ sha256 }) => sha256);
  t.deepEqual(await digests(), [digest('one')]);
  // The clock of a file system ticks every few milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 30));
  writeFileSync(file, 'two');
  utimesSync(file, 1e9, 1e9);
  t.deepEqual(await digests(), [digest('two')]);
});

test('patterns with braces do not reach outside of the root', async (t) => {
  const folder = folderWith(t, {
    'content/a/1.jpg': 'one',
    'style/in/s.jpg': 's',
    'secret.jpg': 'x',
    'other/o.jpg': 'o',
  });
  const job = jobOn(folder);
  for (const pattern of ['{.,..}{/,}**', '{..,in}/**', '{.,..}/{other,in}/*', '../**', '/**']) {
    const style = { ...job.style, include: [pattern] };
    const inventory = await takeInventory({ ...job, style }, { cacheFolder: false }).catch(() => undefined);
    for (const { path } of inventory?.styles ?? []) t.is(path, 'in/s.jpg', pattern);
  }
  t.pass();
});

test('a name with a line break is reported, and does not vanish', async (t) => {
  if (process.platform === 'win32') {
    t.pass();
    return;
  }
  const files = {
    'content/a/1.jpg': 'one',
    'content/a/\u20282.jpg': 'two',
    'content/a/3\n.jpg': 'x',
    'style/s.jpg': 's',
  };
  const inventory = await takeInventory(jobOn(folderWith(t, files)), { cacheFolder: false });
  const seen = [...inventory.contents, ...inventory.problems].map(({ path }) => path);
  t.deepEqual(seen.sort(), ['a/1.jpg', 'a/3\n.jpg', 'a/\u20282.jpg']);
});

test('does not cache a file that was just modified', async (t) => {
  const folder = folderWith(t, { 'content/a/1.jpg': 'one', 'style/s.jpg': 's' });
  const future = new Date(Date.now() + 3600e3);
  utimesSync(join(folder, 'content/a/1.jpg'), future, future);
  utimesSync(join(folder, 'style/s.jpg'), 1e9, 1e9);
  const cacheFolder = join(folder, 'cache');
  await takeInventory(jobOn(folder), { cacheFolder });
  const cached = readdirSync(cacheFolder).map((name) =>
    JSON.parse(readFileSync(join(cacheFolder, name), 'utf8')),
  );
  t.deepEqual(
    cached.flatMap(({ files }) => Object.keys(files)),
    ['s.jpg'],
  );
});

test('concurrent inventories leave a valid cache', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`content/a/${i}.jpg`, `${i}`]));
  const folder = folderWith(t, { ...files, 'style/s.jpg': 's' });
  for (const name of [...Object.keys(files), 'style/s.jpg']) utimesSync(join(folder, name), 1e9, 1e9);
  const cacheFolder = join(folder, 'cache');
  await Promise.all(Array.from({ length: 6 }, () => takeInventory(jobOn(folder), { cacheFolder })));
  t.deepEqual(
    readdirSync(cacheFolder).filter((name) => name.endsWith('.tmp')),
    [],
  );
  let bytes = -1;
  await takeInventory(jobOn(folder), {
    cacheFolder,
    onProgress: (step) => {
      bytes = step.bytes;
    },
  });
  t.is(bytes, 0);
});

test('ignores a cache that cannot be written', async (t) => {
  const folder = folderWith(t, { 'content/a/1.jpg': 'one', 'style/s.jpg': 's', cache: 'a file' });
  utimesSync(join(folder, 'content/a/1.jpg'), 1e9, 1e9);
  const { contents } = await takeInventory(jobOn(folder), { cacheFolder: join(folder, 'cache') });
  t.is(contents.length, 1);
});
