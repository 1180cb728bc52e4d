import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { compileManifest } from '../../src/dataset/ledger/manifest.js';
import { lockOutput } from '../../src/dataset/lock.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { WildstyleError } from '../../src/errors.js';
import { lockFilePath } from '../../src/files/lock/lock-files.js';
import { thisProcess } from '../../src/files/lock/process-identity.js';
import { makeDataset } from './make-dataset.js';
import { byId, itemOf, temporaryFolder } from './support.js';

async function problemsAfter(
  t: ExecutionContext,
  harm: (root: string) => Promise<unknown>,
): Promise<string[]> {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await harm(root);
  return (await verifyDataset(root)).problems.map(({ code, file }) => `${code} ${file}`);
}

/** Edits a manifest of which there is no copy. */
const editManifest = async (root: string, from: string | RegExp, to: string) => {
  await rm(outputPaths(root).manifestCopy);
  await replaceIn(outputPaths(root).manifest, from, to);
};

const replaceIn = async (path: string, from: string | RegExp, to: string) =>
  writeFile(path, (await readFile(path, 'utf8')).replace(from, to));

test('an unchanged dataset has no problems, with and without its working folder', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const progress: unknown[] = [];
  t.deepEqual(await verifyDataset(root, { onProgress: (seen) => progress.push(seen) }), {
    checked: 4,
    pending: 0,
    writer: undefined,
    problems: [],
  });
  t.deepEqual(progress.at(-1), { checked: 4, total: 4 });
  await rm(join(root, '.wildstyle'), { recursive: true, force: true });
  t.deepEqual((await verifyDataset(root)).problems, []);
});

test('reports the run that is writing to the folder', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const startedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
  const lock = await lockOutput(root, { startedAt });
  const writer = { pid: process.pid, host: hostname(), startedAt: startedAt.toISOString() };
  t.deepEqual(await verifyDataset(root), { checked: 4, pending: 0, writer, problems: [] });
  await unlink(outputPaths(root).manifest);
  t.deepEqual((await verifyDataset(root)).writer, writer, 'also without a manifest');
  await lock.release();
  t.is((await verifyDataset(root)).writer, undefined);
});

test('a lock of a dead process is not a writer', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  const paths = outputPaths(root);
  await mkdir(paths.lock, { recursive: true });
  const holder = { ...thisProcess(), pid: child.pid, startedAt: new Date().toISOString() };
  await writeFile(lockFilePath(paths.lock, 1), JSON.stringify(holder));
  t.is((await verifyDataset(root)).writer, undefined);
  await writeFile(lockFilePath(paths.lock, 1), JSON.stringify({ ...holder, host: 'elsewhere' }));
  t.like((await verifyDataset(root)).writer, { pid: child.pid, host: 'elsewhere' });
});

test('finds an image with one bit changed', async (t) => {
  const found = await problemsAfter(t, async (root) => {
    const path = join(root, 'train/cat/a.jpg');
    const bytes = await readFile(path);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
    await writeFile(path, bytes);
  });
  t.deepEqual(found, ['file-altered train/cat/a.jpg']);
});

test('finds a truncated image', async (t) => {
  const found = await problemsAfter(t, async (root) => {
    const path = join(root, 'train/dog/e.jpg');
    await writeFile(path, (await readFile(path)).subarray(0, 300));
  });
  t.deepEqual(found, ['file-altered train/dog/e.jpg']);
});

test('finds images that are missing, exchanged or added', async (t) => {
  t.deepEqual(await problemsAfter(t, (root) => unlink(join(root, 'train/cat/b.jpg'))), [
    'file-missing train/cat/b.jpg',
  ]);
  const exchanged = await problemsAfter(t, (root) =>
    cp(join(root, 'train/cat/a.jpg'), join(root, 'train/cat/b.jpg')),
  );
  t.deepEqual(exchanged, ['file-altered train/cat/b.jpg']);
  const added = await problemsAfter(t, async (root) => {
    await cp(join(root, 'train/cat/a.jpg'), join(root, 'train/cat/copy.jpg'));
    await mkdir(join(root, 'test/cat'), { recursive: true });
    await writeFile(join(root, 'test/cat/leak.jpg'), 'x');
  });
  t.deepEqual(added, ['file-extra test/cat/leak.jpg', 'file-extra train/cat/copy.jpg']);
});

test('ignores files beside the splits', async (t) => {
  t.deepEqual(await problemsAfter(t, (root) => writeFile(join(root, 'contact-sheet.png'), 'x')), []);
});

test('finds metadata with a row changed, removed or added, and missing metadata', async (t) => {
  const expected = ['metadata-differs train/metadata.jsonl'];
  const harms: ((path: string) => Promise<unknown>)[] = [
    (path) => replaceIn(path, '"strength":12.5', '"strength":13'),
    (path) => replaceIn(path, /^.*\n/, ''),
    (path) => replaceIn(path, /.*\n$/, ''),
    (path) => appendFile(path, '{}\n'),
    (path) => unlink(path),
  ];
  for (const harm of harms)
    t.deepEqual(await problemsAfter(t, (root) => harm(join(root, 'train/metadata.jsonl'))), expected);
});

test('finds an edited manifest', async (t) => {
  const found = await problemsAfter(t, (root) => editManifest(root, '"seed":7', '"seed":8'));
  t.deepEqual(found, ['metadata-differs train/metadata.jsonl', 'manifest-altered manifest.jsonl']);
});

test('compares everything with the copy of an altered manifest, and says what a repair can rely on', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const { manifest, manifestCopy } = outputPaths(root);
  await writeFile(manifest, '');
  await unlink(join(root, 'train/dog/e.jpg'));
  const found = async () =>
    (await verifyDataset(root)).problems.map(({ code, file, message }) => [
      code,
      file,
      message.split('; ')[1],
    ]);
  t.deepEqual(await found(), [
    ['file-missing', 'train/dog/e.jpg', undefined],
    [
      'manifest-altered',
      'manifest.jsonl',
      'its records are in .wildstyle too, and a repair takes them from there',
    ],
  ]);
  await appendFile(manifestCopy, '{}\n');
  const outlook = async () => (await found()).find(([code]) => code === 'manifest-altered')?.[2];
  const noCopy = 'there is no intact copy in .wildstyle: a repair remakes';
  t.is(await outlook(), `${noCopy} every image whose record is altered or missing`);
  await writeFile(manifestCopy, '');
  t.is(await outlook(), `${noCopy} all images`);
  await appendFile(manifestCopy, '{}\n');
  await unlink(manifest);
  t.deepEqual(
    (await verifyDataset(root)).problems.map(({ message }) => message),
    ['is missing, and its copy in .wildstyle was altered: a repair remakes what it lacks'],
  );
});

test('finds a record with another image size, or with a path outside the dataset', async (t) => {
  const rewritten = async (root: string, change: object) => {
    const { records } = await makeDataset(root);
    const changed = records.map((record) => (record.id === 'a' ? { ...record, ...change } : record));
    await compileManifest({ root, items: changed.map(itemOf), records: byId(changed) });
    return (await verifyDataset(root)).problems.map(({ code, message }) => `${code} ${message}`);
  };
  const shape = await rewritten(await temporaryFolder(t), { widthPx: 65 });
  t.true(shape.includes('shape-differs size is 64 x 48 pixels, expected 65 x 48'), shape.join('\n'));
  const manifest = (path: string) => async (root: string) =>
    editManifest(root, '"file":"train/cat/a.jpg"', `"file":${JSON.stringify(path)}`);
  for (const path of ['../../etc/passwd', '/etc/passwd', 'train/../../x.jpg', 'C:\\x.jpg']) {
    const found = await problemsAfter(t, manifest(path));
    t.true(found.includes(`record-invalid ${path}`), found.join('\n'));
  }
});

test('finds any edit of the summary', async (t) => {
  const edits: [string, string][] = [
    ['"seed": 42', '"seed": 43'],
    ['"steps": 150', '"steps": 15'],
    ['plan-1', 'plan-2'],
    ['"wildstyle": "0.1.0"', '"wildstyle": "0.2.0"'],
    ['"earlierJobs": []', '"earlierJobs": [{}]'],
  ];
  for (const [from, to] of edits) {
    const found = await problemsAfter(t, (root) => replaceIn(join(root, 'dataset.json'), from, to));
    t.deepEqual(found, ['summary-differs dataset.json'], to);
  }
  const spaced = await problemsAfter(t, async (root) => {
    const path = join(root, 'dataset.json');
    await writeFile(path, JSON.stringify(JSON.parse(await readFile(path, 'utf8'))));
  });
  t.deepEqual(spaced, ['summary-differs dataset.json'], 'white space');
});

test('finds an edited or missing card', async (t) => {
  const card = (root: string) => join(root, 'README.md');
  t.deepEqual(await problemsAfter(t, (root) => appendFile(card(root), 'more')), ['file-altered README.md']);
  t.deepEqual(await problemsAfter(t, (root) => unlink(card(root))), ['file-missing README.md']);
});

test('finds a link in place of an image, and an empty folder', async (t) => {
  const linked = await problemsAfter(t, async (root) => {
    const path = join(root, 'train/cat/a.jpg');
    await rename(path, join(root, 'a.jpg'));
    await symlink(join(root, 'a.jpg'), path);
  });
  t.deepEqual(linked, ['file-altered train/cat/a.jpg']);
  const empty = await problemsAfter(t, (root) => mkdir(join(root, 'train/zebra')));
  t.deepEqual(empty, ['file-extra train/zebra']);
});

test('finds wrong counts, and a missing summary', async (t) => {
  const counts = await problemsAfter(t, (root) =>
    replaceIn(join(root, 'dataset.json'), '"failed": 1,\n    "pending"', '"failed": 0,\n    "pending"'),
  );
  t.deepEqual(counts, ['summary-differs dataset.json', 'summary-differs dataset.json']);
  t.deepEqual(await problemsAfter(t, (root) => unlink(join(root, 'dataset.json'))), [
    'summary-differs dataset.json',
  ]);
});

test('reports a damaged line of the manifest and checks the rest', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await editManifest(root, /^.{40}/, '{ oh no');
  await unlink(join(root, 'train/dog/e.jpg'));
  const { checked, problems } = await verifyDataset(root);
  t.is(checked, 3);
  t.like(problems[0], { code: 'record-invalid', file: 'manifest.jsonl' });
  t.regex(problems[0].message, /^manifest\.jsonl:1: not JSON/);
  t.deepEqual(problems.map(({ code, file }) => `${code} ${file}`).slice(1), [
    'file-missing train/dog/e.jpg',
    'metadata-differs train/metadata.jsonl',
    'file-extra train/cat/a.jpg',
    'manifest-altered manifest.jsonl',
    ...Array(5).fill('summary-differs dataset.json'),
  ]);
});

test('finds a summary that is not JSON, and a missing manifest', async (t) => {
  const summary = await problemsAfter(t, (root) => writeFile(join(root, 'dataset.json'), '{'));
  t.deepEqual(summary, ['summary-differs dataset.json']);
  const manifest = await problemsAfter(t, (root) => unlink(join(root, 'manifest.jsonl')));
  t.deepEqual(manifest, ['file-missing manifest.jsonl']);
});

test('refuses to verify anything but a folder', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'job.yaml'), 'seed: 1');
  for (const name of ['job.yaml', 'nowhere']) {
    const error = await t.throwsAsync(verifyDataset(join(root, name)), { instanceOf: WildstyleError });
    t.is(error?.code, 'dataset-invalid');
  }
});

test('refuses to verify a folder without manifest and summary', async (t) => {
  const error = await t.throwsAsync(verifyDataset(await temporaryFolder(t)), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
});

test('links in the place of the files that make up a dataset are problems', async (t) => {
  for (const file of ['manifest.jsonl', 'dataset.json', 'train', 'train/metadata.jsonl']) {
    const found = await problemsAfter(t, async (root) => {
      await rename(join(root, file), join(root, '.wildstyle', 'elsewhere'));
      await symlink(join(root, '.wildstyle', 'elsewhere'), join(root, file));
    });
    t.true(found.includes(`file-altered ${file}`), `${file}: ${found}`);
  }
});

test('a pipe in the place of any file is a problem, and is not waited for', async (t) => {
  for (const file of [
    'train/cat/a.jpg',
    'train/metadata.jsonl',
    'README.md',
    'manifest.jsonl',
    'dataset.json',
  ]) {
    const root = await temporaryFolder(t);
    await makeDataset(root);
    await unlink(join(root, file));
    try {
      await promisify(execFile)('mkfifo', [join(root, file)]);
    } catch {
      t.log('skipped: this system has no pipes in folders');
      t.pass();
      return;
    }
    const problems: string[] = await verifyDataset(root).then(
      (found) => found.problems.map((problem) => problem.file),
      (error: WildstyleError) => [error.code],
    );
    t.true(problems.includes(file) || problems.includes('dataset-invalid'), `${file}: ${problems}`);
  }
});

test('a record that is nested thousands of levels deep is reported with its line', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const deep = `{"id":"x","a":${'['.repeat(5000)}${']'.repeat(5000)}}\n`;
  await editManifest(root, /$/, deep);
  const { problems } = await verifyDataset(root);
  t.true(problems.some(({ message }) => message.startsWith('manifest.jsonl:6: nested more than 100 levels')));
});
