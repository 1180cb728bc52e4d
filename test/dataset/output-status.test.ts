import { appendFile, mkdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { imageDifferences, jobDifferences } from '../../src/dataset/job-differences.js';
import { openJournal } from '../../src/dataset/ledger/journals/journal.js';
import { journalPath } from '../../src/dataset/ledger/journals/journal-files.js';
import { settleJournals } from '../../src/dataset/ledger/journals/settle-journals.js';
import { indexManifest } from '../../src/dataset/ledger/manifest-index.js';
import { markOutput, type PlannedOutput } from '../../src/dataset/output-job.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { assertOwnFolder, inspectOutput } from '../../src/dataset/output-status.js';
import { WildstyleError } from '../../src/errors.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { job, makeDataset, publishImage } from './make-dataset.js';
import { failedRecord, sha256, stylizedRecord, temporaryFolder } from './support.js';

const images = [
  { role: 'content', path: 'cat/a.png', sha256: sha256('content') },
  { role: 'content', path: 'dog/c.png', sha256: sha256('content') },
  { role: 'style', path: 'waves.jpg', sha256: sha256('style') },
] as const;
const planned: PlannedOutput = { job, planDigest: 'plan-1', images };

async function journaled(root: string, ...ids: string[]): Promise<void> {
  const paths = outputPaths(root);
  await settleJournals(paths, 1, [], nodeFileSystem);
  const journal = await openJournal(journalPath(paths.journalsFolder, 1, 0));
  for (const id of ids) await journal.append(await publishImage(root, stylizedRecord(id)));
  await journal.append(failedRecord('failed'));
  await journal.close();
}

test('a folder that does not exist or is empty is new', async (t) => {
  const root = await temporaryFolder(t);
  t.like(await inspectOutput(join(root, 'nowhere'), planned), { kind: 'new', lost: [] });
  t.like(await inspectOutput(root, planned), { kind: 'new', lost: [] });
  await writeFile(join(root, '.gitkeep'), '');
  await mkdir(join(root, '.wildstyle'));
  t.like(await inspectOutput(root, planned), { kind: 'new', lost: [] });
});

test('a folder with other files is refused with their names', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['thesis.doc', 'a.txt', 'b.txt', 'c.txt']) await writeFile(join(root, name), 'x');
  const error = await t.throwsAsync(inspectOutput(root, planned), { instanceOf: WildstyleError });
  t.is(error?.code, 'output-foreign');
  t.regex(String(error?.message), /\(a\.txt, b\.txt, c\.txt, \.\.\.\)/);
  await t.throwsAsync(assertOwnFolder(root), { instanceOf: WildstyleError });
  const file = await t.throwsAsync(inspectOutput(join(root, 'thesis.doc'), planned), {
    instanceOf: WildstyleError,
  });
  t.true(['output-foreign', 'dataset-invalid'].includes(String(file?.code)), file?.message);
});

test('a stopped run resumes with the records in its journals', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await journaled(root, 'a', 'b');
  const state = await inspectOutput(root, planned);
  t.is(state.kind, 'resume');
  t.deepEqual(state.kind === 'resume' && [...state.records.keys()], ['a', 'b', 'failed']);
});

test('a record counts only if its image exists and is not empty', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await journaled(root, 'a', 'b', 'c');
  await unlink(join(root, 'train/cat/a.jpg'));
  await truncate(join(root, 'train/cat/b.jpg'), 0);
  const state = await inspectOutput(root, planned);
  t.deepEqual(state.kind === 'resume' && [...state.records.keys()], ['c', 'failed']);
  t.deepEqual(state.lost.map(({ id }) => id).sort(), ['a', 'b']);
});

test('a complete dataset is recognized with and without its working folder', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await makeDataset(root);
  t.is((await inspectOutput(root, planned)).kind, 'complete');
  await rm(join(root, '.wildstyle'), { recursive: true });
  const state = await inspectOutput(root, planned);
  t.is(state.kind, 'complete');
  t.is(state.kind === 'complete' && state.records.size, 5);
});

test('a complete dataset with a missing image is resumed', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await unlink(join(root, 'train/cat/a.jpg'));
  const state = await inspectOutput(root, planned);
  t.deepEqual(state.kind === 'resume' && [...state.records.keys()], ['b', 'c', 'd', 'e']);
});

test('a complete dataset with journals was not fully compiled: it is resumed', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await makeDataset(root);
  await journaled(root, 'a');
  t.is((await inspectOutput(root, planned)).kind, 'resume');
  await rm(outputPaths(root).journalsFolder, { recursive: true });
  t.is((await inspectOutput(root, planned)).kind, 'complete');
});

test('a complete dataset without its metadata or its card is resumed', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  for (const name of ['train/metadata.jsonl', 'README.md']) {
    const path = join(root, name);
    const bytes = await readFile(path);
    await unlink(path);
    t.is((await inspectOutput(root, planned)).kind, 'resume', name);
    await writeFile(path, bytes);
  }
  t.is((await inspectOutput(root, planned)).kind, 'complete');
});

test('a dataset without its manifest and the copy of it is refused with a cure', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const { manifest, manifestCopy } = outputPaths(root);
  await unlink(manifest);
  const { kind, records } = await inspectOutput(root, planned);
  t.is(kind, 'resume', 'with the copy, the next run writes the manifest again');
  t.true(records.size > 0);
  await appendFile(manifestCopy, '{}\n');
  await t.throwsAsync(inspectOutput(root, planned), { code: 'dataset-invalid' }, 'an altered copy');
  await unlink(manifestCopy);
  const error = await t.throwsAsync(inspectOutput(root, planned), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
  t.regex(error?.cure ?? '', /verify DIR --repair/);
});

test('reports every difference from the job that made the folder', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await journaled(root, 'a');
  const changed: PlannedOutput = {
    planDigest: 'plan-2',
    job: { ...job, recipe: { ...job.recipe, steps: 200 }, run: { workers: 9 } },
    images: [
      ...images.slice(1),
      { role: 'content', path: 'dog/new.png', sha256: sha256('new') },
      { role: 'style', path: 'waves.jpg', sha256: sha256('repainted') },
    ],
  };
  const state = await inspectOutput(root, changed);
  t.deepEqual(state.kind === 'differs' && state.differences, [
    'recipe.steps: 150 -> 200',
    'content images added: 1 (dog/new.png)',
    'content images removed: 1 (cat/a.png)',
    'style images changed: 1 (waves.jpg)',
  ]);
  t.deepEqual(state.kind === 'differs' && [...state.records.keys()], ['a', 'failed']);
});

test('without the working folder, differences come from manifest and summary', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await rm(join(root, '.wildstyle'), { recursive: true });
  const state = await inspectOutput(root, { ...planned, planDigest: 'plan-2', job: { ...job, seed: 43 } });
  t.deepEqual(state.kind === 'differs' && state.differences, [
    'seed: 42 -> 43',
    'content images added: 1 (dog/c.png)',
    'content images removed: 4 (cat/b.png, cat/c.png, cat/d.png, ...)',
  ]);
});

test('settled journals replace the manifest', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  const { records } = await makeDataset(root);
  const [lost] = records;
  const index = await indexManifest(root, undefined);
  index.delete(lost.id);
  await settleJournals(outputPaths(root), 3, index.values(), nodeFileSystem);
  // The image exists, but no record says what it is.
  const state = await inspectOutput(root, planned);
  t.is(state.kind, 'resume');
  t.deepEqual(
    [...state.records.keys()],
    records.slice(1).map(({ id }) => id),
  );
  t.is(state.records.get(lost.id), undefined);
});

test('an altered manifest is refused, whatever was changed in it', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await makeDataset(root);
  const path = outputPaths(root).manifest;
  const text = await readFile(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  const edits: Record<string, string> = {
    'another label': text.replace('"label":"cat"', '"label":"dog"'),
    'a missing line': `${lines.slice(1).join('\n')}\n`,
    'a line twice': `${text}${lines[0]}\n`,
    'another order': `${[...lines].reverse().join('\n')}\n`,
    'a deep line': `${text}{"a":${'['.repeat(5000)}${']'.repeat(5000)}}\n`,
    'a truncated file': text.slice(0, -40),
    'no file at all': '',
  };
  for (const [what, edited] of Object.entries(edits)) {
    await writeFile(path, edited);
    const error = await t.throwsAsync(inspectOutput(root, planned), { instanceOf: WildstyleError }, what);
    t.is(error?.code, 'dataset-invalid', what);
    t.regex(String(error?.message), /was altered: it does not match its digest|manifest\.jsonl:\d: n/, what);
  }
  await writeFile(path, text);
  t.is((await inspectOutput(root, planned)).kind, 'complete');
});

test('the manifest counts if the summary is missing', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  const { records } = await makeDataset(root);
  await rm(outputPaths(root).summary);
  const state = await inspectOutput(root, planned);
  t.is(state.kind, 'resume');
  if (state.kind === 'resume') t.is(state.records.size, records.length);
});

test('if job and images are the same, the difference names the plans', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  await journaled(root, 'a');
  const state = await inspectOutput(root, { ...planned, planDigest: 'plan-2' });
  t.deepEqual(state.kind === 'differs' && state.differences, [
    'weights or wildstyle version: plan plan-1 -> plan-2',
  ]);
});

test('a folder without finished items accepts any job', async (t) => {
  const root = await temporaryFolder(t);
  await markOutput(root, planned);
  t.like(await inspectOutput(root, { ...planned, planDigest: 'plan-2' }), { kind: 'new', lost: [] });
});

test('a damaged dataset.json is reported, not overwritten', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await writeFile(join(root, 'dataset.json'), '{"wildstyle":');
  const error = await t.throwsAsync(inspectOutput(root, planned), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
  await writeFile(join(root, 'dataset.json'), '{"format": 1, "wildstyle": 3}');
  const second = await t.throwsAsync(inspectOutput(root, planned), { instanceOf: WildstyleError });
  t.regex(String(second?.message), /dataset\.json: .* at wildstyle/);
});

test('lists the differences between two jobs', (t) => {
  t.deepEqual(jobDifferences({ a: 1, run: { workers: 1 } }, { a: 1, run: { workers: 2 } }), []);
  t.deepEqual(jobDifferences({ recipe: { steps: 5 } }, { recipe: { steps: { choice: [5, 6] } } }), [
    'recipe.steps: 5 -> {"choice":[5,6]}',
  ]);
  t.deepEqual(jobDifferences({ sampling: {} }, { sampling: { limit: 3 } }), [
    'sampling.limit: (default) -> 3',
  ]);
  t.deepEqual(
    jobDifferences({ output: { root: '/a', format: 'png' } }, { output: { root: '/b', format: 'jpeg' } }),
    ['output.format: "png" -> "jpeg"'],
  );
});

test('of many images, it counts all and names three', (t) => {
  const many = Array.from({ length: 5 }, (_, index) => ({
    role: 'style' as const,
    path: `${index}.jpg`,
    sha256: 'x',
  }));
  t.deepEqual(imageDifferences([], many), ['style images added: 5 (0.jpg, 1.jpg, 2.jpg, ...)']);
});
