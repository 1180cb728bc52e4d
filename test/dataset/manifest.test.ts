import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { compileManifest, readManifest } from '../../src/dataset/ledger/manifest.js';
import { metadataColumns } from '../../src/dataset/ledger/metadata-row.js';
import type { StylizedRecord } from '../../src/dataset/ledger/record.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { WildstyleError } from '../../src/errors.js';
import { FaultyFileSystem } from '../files/faulty-file-system.js';
import {
  byId,
  failedRecord,
  filesBelow,
  itemOf,
  originalRecord,
  sha256,
  stylizedRecord,
  temporaryFolder,
} from './support.js';

const records = [
  stylizedRecord('b'),
  failedRecord('c'),
  originalRecord('a', { label: 'dog' }),
  stylizedRecord('d', { elapsedMs: 9 }),
];
const items = records.map(itemOf);

const rowsOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the manifest follows the order of the plan, not of the records', async (t) => {
  const root = await temporaryFolder(t);
  const shuffled = byId([...records].reverse());
  const compiled = await compileManifest({ root, items, records: shuffled });
  t.deepEqual(await readManifest(root), records);
  const bytes = await readFile(join(root, 'manifest.jsonl'));
  t.deepEqual(compiled.manifest, { sha256: sha256(bytes), bytes: bytes.length });
  t.deepEqual(await filesBelow(root), [
    '.wildstyle/manifest.jsonl',
    'manifest.jsonl',
    'train/metadata.jsonl',
  ]);
});

test('counts items by outcome, class, error and split', async (t) => {
  const root = await temporaryFolder(t);
  const pending = itemOf(stylizedRecord('e', { label: 'ant' }), 4);
  const { counts } = await compileManifest({ root, items: [...items, pending], records: byId(records) });
  t.deepEqual(counts, {
    items: 5,
    complete: 3,
    failed: 1,
    pending: 1,
    stylized: 2,
    originals: 1,
    classes: {
      ant: { stylized: 0, originals: 0, failed: 0, pending: 1 },
      cat: { stylized: 2, originals: 0, failed: 1, pending: 0 },
      dog: { stylized: 0, originals: 1, failed: 0, pending: 0 },
    },
    errors: { 'image-corrupt': 1 },
    splits: { train: 3 },
  });
  t.deepEqual(Object.keys(counts.classes), ['ant', 'cat', 'dog']);
});

test('a class may have any name', async (t) => {
  const root = await temporaryFolder(t);
  const strange = [
    stylizedRecord('a', { label: '__proto__' }),
    stylizedRecord('b', { label: 'constructor' }),
  ];
  const { counts } = await compileManifest({ root, items: strange.map(itemOf), records: byId(strange) });
  t.deepEqual(Object.keys(counts.classes), ['__proto__', 'constructor']);
});

test('the stable digest ignores times and attempts, the digest of the manifest does not', async (t) => {
  const compile = async (changes: Partial<StylizedRecord>) =>
    compileManifest({
      root: await temporaryFolder(t),
      items: items.slice(0, 1),
      records: byId([stylizedRecord('b', { elapsedMs: 1, ...changes })]),
    });
  const one = await compile({});
  const attempts = [{ error: 'worker-crashed' }, { error: null }];
  for (const other of [await compile({ elapsedMs: 2 }), await compile({ attempts })]) {
    t.not(other.manifest.sha256, one.manifest.sha256);
    t.is(other.stableSha256, one.stableSha256);
  }
  t.not((await compile({ sha256: sha256('other') })).stableSha256, one.stableSha256);
});

test('equal records give equal bytes, whatever the order of their keys', async (t) => {
  const compile = async (record: ReturnType<typeof stylizedRecord>) =>
    (
      await compileManifest({
        root: await temporaryFolder(t),
        items: [itemOf(record, 0)],
        records: byId([record]),
      })
    ).manifest.sha256;
  const record = stylizedRecord('a');
  const reversed = Object.fromEntries(Object.entries(record).reverse()) as unknown as typeof record;
  t.is(await compile(record), await compile(reversed));
});

test('metadata has a row for each complete item, all with the same flat columns', async (t) => {
  const root = await temporaryFolder(t);
  await compileManifest({ root, items, records: byId(records) });
  const rows = await rowsOf(join(root, 'train/metadata.jsonl'));
  t.deepEqual(
    rows.map((row) => row.file_name),
    ['cat/b.jpg', 'dog/a.jpg', 'cat/d.jpg'],
  );
  const columns = ['file_name', ...metadataColumns.map(({ name }) => name)];
  for (const row of rows) {
    t.deepEqual(Object.keys(row), columns);
    for (const value of Object.values(row))
      t.true(value === null || ['string', 'number'].includes(typeof value));
  }
  const { recipe, ...first } = rows[0] as Record<string, unknown>;
  t.deepEqual(first, {
    file_name: 'cat/b.jpg',
    label: 'cat',
    id: 'b',
    kind: 'stylized',
    split: 'train',
    group: 'g',
    method: 'optimize',
    content_path: 'cat/b.png',
    style_path: 'waves.jpg',
    styles: null,
    content_license: null,
    content_author: null,
    style_license: null,
    style_author: null,
    replica: 0,
    seed: 7,
    network: 'random',
    strength: 12.5,
    style_loss: 'gram',
    content_loss: 'features',
    content_weight: 1,
    total_variation: 0.05,
    init: 'content',
    optimizer: 'adam',
    steps: 50,
    size: 64,
    initial_loss: 8,
    final_loss: 1,
    objects: null,
    edge_f1: null,
  });
  t.deepEqual(JSON.parse(String(recipe)), stylizedRecord('b').applied);
  t.like(rows[1], { kind: 'original', method: null, seed: null, style_path: null, strength: null, size: 64 });
  t.is(rows[1]?.replica, 0);
  t.deepEqual(JSON.parse(String(rows[1]?.recipe)), { size: 64, fit: 'keep' });
});

test('metadata has the recipe that made the image, not the one that was drawn', async (t) => {
  const root = await temporaryFolder(t);
  const { drawn, sources } = stylizedRecord('a');
  const applied = { ...drawn, style: { loss: { gram: 0.75, other: 0.25 }, strength: 3 }, optimizer: 'lbfgs' };
  const gentler = stylizedRecord('a', { applied });
  await compileManifest({ root, items: [itemOf(gentler, 0)], records: byId([gentler]) });
  const [row] = await rowsOf(join(root, 'train/metadata.jsonl'));
  t.like(row, {
    strength: 3,
    optimizer: 'lbfgs',
    style_loss: '{"gram":0.75,"other":0.25}',
    content_loss: 'features',
    style_path: sources.style?.path,
  });
  t.deepEqual(JSON.parse(String(row?.recipe)), applied);
});

test('no metadata column except the first can be mistaken for an image', (t) => {
  t.deepEqual(
    metadataColumns.filter(({ name }) => /file_names?$/.test(name)),
    [],
  );
});

test('each split has its own metadata', async (t) => {
  const root = await temporaryFolder(t);
  const split = [
    stylizedRecord('a'),
    stylizedRecord('b', { file: 'validation/cat/b.jpg' }),
    stylizedRecord('c'),
  ];
  const { counts } = await compileManifest({ root, items: split.map(itemOf), records: byId(split) });
  t.deepEqual(counts.splits, { train: 2, validation: 1 });
  t.deepEqual(
    (await rowsOf(join(root, 'train/metadata.jsonl'))).map((row) => row.id),
    ['a', 'c'],
  );
  t.deepEqual(
    (await rowsOf(join(root, 'validation/metadata.jsonl'))).map((row) => row.file_name),
    ['cat/b.jpg'],
  );
});

test('records of an earlier plan follow those of the plan, without duplicates', async (t) => {
  const root = await temporaryFolder(t);
  const earlier = [stylizedRecord('z'), stylizedRecord('b', { seed: 1 }), stylizedRecord('y')];
  await compileManifest({ root, items, records: byId(records), earlier });
  const found = await readManifest(root);
  t.deepEqual(
    found.map(({ id }) => id),
    ['b', 'c', 'a', 'd', 'z', 'y'],
  );
  t.like(found[0], { seed: 7 });
});

test('whichever operation fails, either the old manifest or the new one exists', async (t) => {
  const before = [stylizedRecord('b')];
  for (let failAt = 1; ; failAt++) {
    const root = await temporaryFolder(t);
    await compileManifest({ root, items: before.map(itemOf), records: byId(before) });
    const fileSystem = new FaultyFileSystem(failAt);
    const error = await compileManifest({ root, items, records: byId(records), fileSystem }).then(
      () => undefined,
      (error: WildstyleError) => error,
    );
    const lines = (await readManifest(root)).length;
    t.true(lines === 1 || lines === 4, `operation ${failAt}: ${lines} lines`);
    const rows = (await rowsOf(join(root, 'train/metadata.jsonl'))).length;
    t.true(rows === 1 || rows === 3, `operation ${failAt}: ${rows} rows`);
    // Nothing depends on the copy. If it cannot be made, there is none, rather than one of an earlier manifest.
    const isOfCopy = fileSystem.failed && error === undefined;
    const { manifest, manifestCopy } = outputPaths(root);
    t.deepEqual(await filesBelow(root), [
      ...(isOfCopy ? [] : ['.wildstyle/manifest.jsonl']),
      'manifest.jsonl',
      'train/metadata.jsonl',
    ]);
    if (isOfCopy) {
      t.is(lines, 4);
      continue;
    }
    if (error === undefined) {
      t.deepEqual(await readFile(manifestCopy), await readFile(manifest));
      t.not((await stat(manifestCopy)).ino, (await stat(manifest)).ino, 'bytes of its own');
    }
    if (!fileSystem.failed) {
      t.is(error, undefined);
      break;
    }
    t.is(error?.code, 'disk-full', `operation ${failAt}`);
  }
});

test('compiles a large manifest in pieces', async (t) => {
  const root = await temporaryFolder(t);
  const count = 3000;
  function* many() {
    for (let index = 0; index < count; index++) yield itemOf(stylizedRecord(`item-${index}`), index);
  }
  const { counts, manifest } = await compileManifest({
    root,
    items: many(),
    records: { get: (id) => stylizedRecord(id) },
  });
  t.is(counts.complete, count);
  t.true(manifest.bytes > 2 ** 20);
  t.deepEqual(
    (await readManifest(root)).map(({ id }) => id),
    Array.from({ length: count }, (_, index) => `item-${index}`),
  );
});

test('what the plan decides comes from the plan, not from the record', async (t) => {
  const root = await temporaryFolder(t);
  const [planned] = items;
  const record = stylizedRecord(planned.id);
  const forged = {
    ...record,
    label: 'dog',
    seed: 8,
    replica: 3,
    drawn: { ...record.drawn, steps: 1 },
    file: 'train/dog/b.jpg',
    sources: { ...record.sources, style: { path: 'other.jpg', sha256: sha256('other') } },
  };
  const { counts } = await compileManifest({ root, items: [planned], records: byId([forged]) });
  t.deepEqual(await readManifest(root), [record]);
  t.deepEqual(Object.keys(counts.classes), ['cat']);
  t.like((await rowsOf(join(root, 'train/metadata.jsonl')))[0], { label: 'cat', seed: 7 });
});

test('an invalid line is reported with its number', async (t) => {
  const root = await temporaryFolder(t);
  await compileManifest({ root, items, records: byId(records) });
  await appendFile(join(root, 'manifest.jsonl'), '{"id":"x","status":"done"}\n');
  const error = await t.throwsAsync(readManifest(root), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
  t.regex(String(error?.message), /^manifest\.jsonl:5: not a valid record: /);
  await writeFile(join(root, 'manifest.jsonl'), '{"id":\n');
  const second = await t.throwsAsync(readManifest(root), { instanceOf: WildstyleError });
  t.regex(String(second?.message), /^manifest\.jsonl:1: not JSON: "\{\\"id\\":"/);
});

test('a missing manifest is reported', async (t) => {
  const error = await t.throwsAsync(readManifest(await temporaryFolder(t)), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
  t.regex(String(error?.message), /manifest\.jsonl: cannot be read: ENOENT/);
});
