import { appendFile, mkdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { formatVersion, volatileFields } from '../../src/dataset/format.js';
import { compileManifest, readManifest } from '../../src/dataset/ledger/manifest.js';
import { columnList, metadataColumns } from '../../src/dataset/ledger/metadata-row.js';
import { factsOf, isComplete, isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { inspectOutput } from '../../src/dataset/output-status.js';
import {
  type DatasetSummary,
  publishSummary,
  readSummary,
  summaryDigest,
  withFiles,
} from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { WildstyleError } from '../../src/errors.js';
import { imagesBelow } from '../support/dataset-tree.js';
import { repositoryRoot } from '../support/paths.js';
import { job, makeDataset } from './make-dataset.js';
import { byId, filesBelow, itemOf, sha256, temporaryFolder } from './support.js';

type Json = Record<string, unknown>;

/** Differences between a dataset of another version and one of this version. */
interface OtherVersion {
  /** Changes a row of the metadata. */
  readonly row: (row: Json) => Json;
  /** Changes a line of the manifest. */
  readonly record?: (record: Json) => Json;
  /** The columns that `dataset.json` lists. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Other keys of `dataset.json`. */
  readonly summary?: Json;
}

const paths = (root: string) => ({
  manifest: join(root, 'manifest.jsonl'),
  metadata: join(root, 'train/metadata.jsonl'),
  summary: join(root, 'dataset.json'),
});

const parsedLines = async (file: string): Promise<Json[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const asLines = (values: readonly Json[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** A record without the fields that may differ between two equal runs. */
function stable(record: Json): Json {
  const entries = Object.entries(record).filter(
    ([key]) => !(volatileFields as readonly string[]).includes(key),
  );
  return Object.fromEntries(entries);
}

/** Writes `dataset.json` with the digest of its content. */
async function sign(root: string, summary: Json): Promise<void> {
  const unsigned = summary as unknown as DatasetSummary;
  const signed = { ...unsigned, digests: { ...unsigned.digests, summary: summaryDigest(unsigned) } };
  await writeFile(paths(root).summary, `${JSON.stringify(signed, null, 2)}\n`);
}

/** Rewrites a dataset as another version would have written it, with matching digests. */
async function rewrite(root: string, { row, record = (same) => same, columns, summary }: OtherVersion) {
  const files = paths(root);
  const records = (await parsedLines(files.manifest)).map(record);
  const metadata = asLines((await parsedLines(files.metadata)).map(row));
  await writeFile(files.manifest, asLines(records));
  await writeFile(files.metadata, metadata);
  const found = JSON.parse(await readFile(files.summary, 'utf8'));
  const digests = {
    ...found.digests,
    manifest: sha256(asLines(records)),
    metadata: { train: sha256(metadata) },
    result: sha256(asLines(records.map(stable))),
  };
  await sign(root, { ...found, ...summary, columns, digests });
}

/** Returns the problems that verification reports. */
const problemsOf = async (root: string): Promise<string[]> =>
  (await verifyDataset(root)).problems.map(({ code, file }) => `${code} ${file}`);

/** Edits a file, returns the problems that verification reports, and restores the file. */
async function problemsWith(t: ExecutionContext, root: string, file: string, from: string, to: string) {
  const text = await readFile(file, 'utf8');
  t.true(text.includes(from), `${file} has ${from}`);
  await writeFile(file, text.replace(from, to));
  const found = await problemsOf(root);
  await writeFile(file, text);
  return found;
}

const metadataDiffers = 'metadata-differs train/metadata.jsonl';
const manifestAltered = 'manifest-altered manifest.jsonl';

const without =
  (column: string) =>
  (row: Json): Json => {
    const { [column]: _, ...others } = row;
    return others;
  };

test('a dataset written before a column was added verifies', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const files = paths(root);
  const originals = await Promise.all(Object.values(files).map((file) => readFile(file)));
  for (const { name } of metadataColumns) {
    const columns = columnList.filter((column) => column.name !== name);
    t.is(columns.length, columnList.length - 1);
    await rewrite(root, { row: without(name), columns });
    t.false(name in (await parsedLines(files.metadata))[0], name);
    t.deepEqual(await verifyDataset(root), { checked: 4, pending: 0, writer: undefined, problems: [] }, name);
    for (const [index, file] of Object.values(files).entries()) await writeFile(file, originals[index]);
  }
});

test('edits of a dataset written before a column was added are found', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const columns = columnList.filter(({ name }) => name !== 'method');
  await rewrite(root, { row: without('method'), columns });
  const { metadata, manifest } = paths(root);
  await rm(outputPaths(root).manifestCopy);
  const problems = (file: string, from: string, to: string) => problemsWith(t, root, file, from, to);
  t.deepEqual(await problems(metadata, '"strength":12.5', '"strength":13'), [metadataDiffers]);
  t.deepEqual(await problems(metadata, '{"file_name"', '{ "file_name"'), [metadataDiffers], 'white space');
  t.deepEqual(
    await problems(metadata, '"kind":"stylized"', '"kind":"stylized","method":"optimize"'),
    [metadataDiffers],
    'a column that the dataset does not have',
  );
  t.deepEqual(await problems(manifest, '"seed":7', '"seed":8'), [metadataDiffers, manifestAltered]);
  t.deepEqual(await problems(manifest, '"restarts":0', '"restarts":1'), [manifestAltered]);
  t.deepEqual(await problemsOf(root), [], 'as it was');
});

/** A version with one more column, and with one more field in records and in `dataset.json`. */
const laterVersion: OtherVersion = {
  row: (row) => ({ ...row, mask_path: `masks/${row.id}.png` }),
  record: (record) => ({ ...record, futureField: { from: 'later', values: [1, 2] } }),
  columns: [...columnList, { name: 'mask_path', type: 'string' }],
  summary: { wildstyle: '9.0.0', futureSummary: { answer: 42 } },
};

test('finds counts of classes, errors and splits that the manifest does not have', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const found = JSON.parse(await readFile(paths(root).summary, 'utf8'));
  const problemsOfCounts = async (key: string, extra: Json) => {
    const counts = { ...found.counts, [key]: { ...found.counts[key], ...extra } };
    await sign(root, { ...found, counts });
    return problemsOf(root);
  };
  const differs = ['summary-differs dataset.json'];
  const none = { stylized: 0, originals: 0, failed: 0, pending: 0 };
  t.deepEqual(await problemsOfCounts('classes', { ghost: none }), differs);
  t.deepEqual(await problemsOfCounts('errors', { 'image-missing': 1 }), differs);
  t.deepEqual(await problemsOfCounts('splits', { test: 0 }), differs);
  const [label] = Object.keys(found.counts.classes);
  const ofClass = found.counts.classes[label];
  t.deepEqual(
    await problemsOfCounts('classes', { [label]: { ...ofClass, failed: ofClass.failed + 1 } }),
    differs,
  );
  t.deepEqual(
    await problemsOfCounts('classes', { [label]: { ...ofClass, discarded: 3 } }),
    [],
    'a count of a later version',
  );
});

test('a dataset of a later version with more columns and fields verifies', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await rewrite(root, laterVersion);
  t.is((await parsedLines(paths(root).metadata))[0].mask_path, 'masks/a.png');
  t.deepEqual(await verifyDataset(root), { checked: 4, pending: 0, writer: undefined, problems: [] });
  const inserted = {
    ...laterVersion,
    row: ({ file_name, ...row }: Json) => ({ file_name, mask_path: `masks/${row.id}.png`, ...row }),
    columns: [columnList[0], { name: 'mask_path', type: 'string' }, ...columnList.slice(1)],
  };
  const other = await temporaryFolder(t);
  await makeDataset(other);
  await rewrite(other, inserted);
  t.deepEqual(await problemsOf(other), [], 'wherever the column is');
});

test('edits of a dataset of a later version are found', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await rewrite(root, laterVersion);
  const { metadata, manifest, summary } = paths(root);
  const problems = (file: string, from: string, to: string) => problemsWith(t, root, file, from, to);
  t.deepEqual(await problems(metadata, '"strength":12.5', '"strength":13'), [metadataDiffers]);
  t.deepEqual(await problems(metadata, 'masks/a.png', 'masks/b.png'), [metadataDiffers], 'unknown column');
  t.deepEqual(await problems(manifest, '"seed":7', '"seed":8'), [metadataDiffers, manifestAltered]);
  t.deepEqual(
    await problems(manifest, '"from":"later"', '"from":"hand"'),
    [manifestAltered],
    'unknown field',
  );
  t.deepEqual(await problems(summary, '"answer": 42', '"answer": 43'), ['summary-differs dataset.json']);
  t.deepEqual(await problemsOf(root), [], 'as it was');
});

test('what a later version added is kept when a dataset is written again', async (t) => {
  const root = await temporaryFolder(t);
  const { records: known } = await makeDataset(root);
  await rewrite(root, laterVersion);
  const records = await readManifest(root);
  t.is(records.length, known.length);
  for (const [index, record] of records.entries()) {
    t.deepEqual(record, { ...known[index], ...{ futureField: { from: 'later', values: [1, 2] } } });
  }
  const before = await readFile(paths(root).manifest);
  await compileManifest({ root, items: records.map(itemOf), records: byId(records) });
  t.deepEqual(await readFile(paths(root).manifest), before);
  const summary = await readSummary(root);
  t.like(summary, { futureSummary: { answer: 42 } });
});

test('a dataset.json without a format, or of another format, is refused', async (t) => {
  const root = await temporaryFolder(t);
  const { summary } = await makeDataset(root);
  const { format, ...rest } = summary;
  t.is(format, 1);
  t.is(formatVersion, 1);
  const file = paths(root).summary;
  const found: [Json, string][] = [
    [rest, 'has no format'],
    [{ ...rest, format: 2 }, 'has format 2'],
    [{ ...rest, format: '1' }, 'has format "1"'],
    [{ ...rest, format: null }, 'has format null'],
  ];
  for (const [other, what] of found) {
    await sign(root, other);
    const message = `${file} ${what}; this version reads format 1.`;
    const planned = { job, planDigest: 'plan-1' };
    for (const refused of [readSummary(root), inspectOutput(root, planned)]) {
      const error = await t.throwsAsync(refused, { instanceOf: WildstyleError });
      t.is(error?.code, 'dataset-invalid');
      t.is(error?.message, message);
      t.regex(error?.cure ?? '', /^Use the version of wildstyle that created the dataset, or .*--out\.$/);
    }
    const { problems } = await verifyDataset(root);
    t.deepEqual(problems, [{ code: 'summary-differs', file: 'dataset.json', message }]);
  }
});

test('a file below a folder that dataset.json declares belongs to the dataset', async (t) => {
  const root = await temporaryFolder(t);
  const { summary } = await makeDataset(root);
  const shard = 'webdataset/train-000000.tar';
  const path = join(root, shard);
  await mkdir(join(root, 'webdataset'));
  await writeFile(path, 'a shard');
  t.deepEqual(await problemsOf(root), [`file-extra ${shard}`], 'not declared yet');
  await publishSummary(root, withFiles(summary, { [shard]: sha256('a shard') }));
  t.deepEqual(await verifyDataset(root), { checked: 4, pending: 0, writer: undefined, problems: [] });
  await appendFile(path, ' with more');
  t.deepEqual(await problemsOf(root), [`file-altered ${shard}`]);
  await writeFile(path, 'a shard');
  await writeFile(join(root, 'webdataset/train-000001.tar'), 'another');
  t.deepEqual(await problemsOf(root), ['file-extra webdataset/train-000001.tar']);
  await unlink(join(root, 'webdataset/train-000001.tar'));
  t.deepEqual(await problemsOf(root), []);
  await unlink(path);
  t.deepEqual(await problemsOf(root), ['file-extra webdataset', `file-missing ${shard}`], 'an empty folder');
  await rm(join(root, 'webdataset'), { recursive: true });
  t.deepEqual(await problemsOf(root), [`file-missing ${shard}`]);
  const declared = withFiles(summary, { [shard]: sha256('a shard') });
  await publishSummary(root, withFiles(declared, {}, [shard]));
  t.deepEqual(await problemsOf(root), [], 'no longer declared');
});

const fixture = join(repositoryRoot, 'test/fixtures/format-1');

test('a dataset made when format 1 was new still verifies', async (t) => {
  t.deepEqual(await verifyDataset(fixture), { checked: 4, pending: 0, writer: undefined, problems: [] });
  const records = await readManifest(fixture);
  t.deepEqual(
    records.map(({ kind, status, label }) => `${label} ${kind} ${status}`),
    [
      'ponds original complete',
      'ponds stylized complete',
      'zebras original failed',
      'zebras stylized failed',
      'zebras original complete',
      'zebras stylized complete',
    ],
  );
  t.deepEqual(
    records
      .filter(isComplete)
      .map(({ file }) => file)
      .sort(),
    await imagesBelow(fixture),
  );
  for (const record of records.filter(isStylized)) {
    t.like(record.applied, { method: 'optimize', network: 'random', style: { loss: { gram: 1 } }, steps: 2 });
    t.deepEqual(record.applied, record.drawn);
    t.deepEqual(
      factsOf(record).loss?.curve.map(({ step }) => step),
      [0, 1, 2],
    );
  }
});

test('the dataset made when format 1 was new is unchanged', async (t) => {
  // `dataset.json` has the digests of all other files. If this fails, restore the files; do not make new ones.
  const digest = sha256(await readFile(join(fixture, 'dataset.json')));
  t.is(digest, 'd4c10dea25f4b9107d4a5c025e09dcfa7ef833f7f9b2648798890370af491dad');
  t.deepEqual(
    await filesBelow(fixture),
    [
      'README.md',
      'contact-sheet.png',
      'dataset.json',
      'manifest.jsonl',
      ...(await imagesBelow(fixture)),
      'train/metadata.jsonl',
    ].sort(),
  );
});
