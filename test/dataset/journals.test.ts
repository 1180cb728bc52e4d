import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openJournal } from '../../src/dataset/ledger/journals/journal.js';
import { findJournals, journalPath, settledPath } from '../../src/dataset/ledger/journals/journal-files.js';
import { checkedLine, checkedText } from '../../src/dataset/ledger/journals/journal-line.js';
import { readJournals } from '../../src/dataset/ledger/journals/read-journals.js';
import { retireJournals, settleJournals } from '../../src/dataset/ledger/journals/settle-journals.js';
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import { readRecords } from '../../src/dataset/ledger/record-reader.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { WildstyleError } from '../../src/errors.js';
import { nodeFileSystem } from '../../src/files/file-system.js';
import { FaultyFileSystem } from '../files/faulty-file-system.js';
import { failedRecord, originalRecord, sha256, stylizedRecord, temporaryFolder } from './support.js';

/** A folder whose journals count from generation 1. */
async function journalsFolder(root: string): Promise<string> {
  const paths = outputPaths(root);
  await settleJournals(paths, 1, [], nodeFileSystem);
  return paths.journalsFolder;
}

async function write(path: string, ...records: ItemRecord[]): Promise<void> {
  const journal = await openJournal(path);
  for (const record of records) await journal.append(record);
  await journal.close();
}

async function recordsIn(folder: string): Promise<ItemRecord[]> {
  const found: ItemRecord[] = [];
  for await (const record of readRecords((await readJournals(folder)).records.values())) found.push(record);
  return found;
}

const idsIn = async (folder: string) => (await recordsIn(folder)).map(({ id }) => id);

test('reads back appended records', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const journal = await openJournal(journalPath(folder, 1, 0));
  const records = [stylizedRecord('a'), originalRecord('b'), failedRecord('c', { label: null })];
  await Promise.all(records.map((record) => journal.append(record)));
  await journal.close();
  t.deepEqual(await recordsIn(folder), records);
});

test('merges journals: a complete record overrides a failed one, a later record an earlier one', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const records = [stylizedRecord('a'), failedRecord('b'), stylizedRecord('c', { elapsedMs: 1 })];
  await write(journalPath(folder, 1, 0), ...records);
  const later = [failedRecord('a'), stylizedRecord('b'), stylizedRecord('c', { elapsedMs: 2 })];
  await write(journalPath(folder, 10, 0), ...later);
  await write(journalPath(folder, 9, 1), stylizedRecord('c', { elapsedMs: 3 }));
  const found = new Map((await recordsIn(folder)).map((record) => [record.id, record]));
  t.deepEqual([...found.keys()].sort(), ['a', 'b', 'c']);
  t.is(found.get('a')?.status, 'complete');
  t.is(found.get('b')?.status, 'complete');
  t.like(found.get('c'), { elapsedMs: 2 });
});

test('settled journals hold the records that count; later records override them', async (t) => {
  const root = await temporaryFolder(t);
  const paths = outputPaths(root);
  const folder = paths.journalsFolder;
  t.false((await findJournals(folder)).isSettled);
  await journalsFolder(root);
  await write(journalPath(folder, 1, 0), stylizedRecord('kept'));
  await write(
    journalPath(folder, 1, 1),
    stylizedRecord('gone', { sha256: sha256('old') }),
    failedRecord('tried'),
  );
  const { records } = await readJournals(folder);
  records.delete('gone');
  await settleJournals(paths, 2, records.values(), nodeFileSystem);
  t.deepEqual(await readdir(folder), ['000002-settled.jsonl']);
  t.deepEqual(await idsIn(folder), ['kept', 'tried']);
  const failedAgain = failedRecord('tried', { error: { code: 'loss-diverged', message: 'again' } });
  await write(journalPath(folder, 2, 0), stylizedRecord('gone', { sha256: sha256('new') }), failedAgain);
  await settleJournals(paths, 3, (await readJournals(folder)).records.values(), nodeFileSystem);
  t.deepEqual(await readdir(folder), ['000003-settled.jsonl']);
  const found = new Map((await recordsIn(folder)).map((record) => [record.id, record]));
  t.like(found.get('gone'), { sha256: sha256('new') });
  t.like(found.get('tried'), { error: { message: 'again' } });
});

test('outdated journals cannot come back, whichever of them a crash leaves', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await journalsFolder(root);
  await write(journalPath(folder, 1, 0), stylizedRecord('a', { sha256: sha256('old') }));
  const old = await readFile(journalPath(folder, 1, 0));
  const { records } = await readJournals(folder);
  records.delete('a');
  await settleJournals(outputPaths(root), 2, records.values(), nodeFileSystem);
  await writeFile(journalPath(folder, 1, 0), old);
  t.deepEqual(await idsIn(folder), []);
  await write(journalPath(folder, 2, 0), stylizedRecord('a'));
  await retireJournals(outputPaths(root), 2, nodeFileSystem);
  await t.throwsAsync(readdir(folder), { code: 'ENOENT' });
  // A suspended run of an earlier generation wakes up and creates its journal.
  await write(journalPath(folder, 1, 1), stylizedRecord('a', { sha256: sha256('old') }));
  t.like(await findJournals(folder), { isSettled: false, current: [] });
});

test('whichever operation of settling fails, the journals are those before or those after', async (t) => {
  for (let failAt = 1; ; failAt++) {
    const root = await temporaryFolder(t);
    const folder = await journalsFolder(root);
    await write(journalPath(folder, 1, 0), stylizedRecord('a'), stylizedRecord('b'));
    const { records } = await readJournals(folder);
    records.delete('a');
    const fileSystem = new FaultyFileSystem(failAt);
    await settleJournals(outputPaths(root), 2, records.values(), fileSystem).catch(() => {});
    const ids = (await idsIn(folder)).join();
    const renamed = fileSystem.operations.slice(0, failAt - 1).includes('rename');
    t.is(ids, renamed || !fileSystem.failed ? 'b' : 'a,b', `operation ${failAt}`);
    if (!fileSystem.failed) break;
  }
});

test('a missing folder has no records', async (t) => {
  t.is((await readJournals(join(await temporaryFolder(t), 'nowhere'))).records.size, 0);
});

test('a journal cut at any byte keeps every complete line and accepts new ones', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const path = journalPath(folder, 1, 0);
  await write(path, failedRecord('a', { label: 'Käfer' }), failedRecord('b'));
  const whole = await readFile(path);
  const first = whole.indexOf(10) + 1;
  for (let length = 0; length <= whole.length; length += length > first - 3 && length < first + 3 ? 1 : 37) {
    await writeFile(path, whole);
    await truncate(path, length);
    const expected = length < first ? [] : length < whole.length ? ['a'] : ['a', 'b'];
    t.deepEqual(await idsIn(folder), expected, `${length}`);
    await write(path, failedRecord('c'));
    const { records, damaged } = await readJournals(folder);
    t.deepEqual([...records.keys()], [...expected, 'c'], `${length}`);
    t.deepEqual(damaged, [], 'what a crash leaves is not damage');
  }
});

test('a tail of zeros, as after a power failure, is an incomplete line', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const path = journalPath(folder, 1, 0);
  await write(path, stylizedRecord('a'));
  await appendFile(path, Buffer.alloc(200_000));
  t.deepEqual(await idsIn(folder), ['a']);
  await (await openJournal(path)).close();
  t.is((await readFile(path)).indexOf(0), -1);
});

test('a damaged line is reported with its place and costs only its own record', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const path = journalPath(folder, 1, 3);
  await write(path, stylizedRecord('a'), stylizedRecord('b'), stylizedRecord('c'));
  const whole = await readFile(path);
  const [first, second] = [whole.indexOf(10), whole.indexOf(10, whole.indexOf(10) + 1)];
  for (let flip = 0; flip < 40; flip++) {
    const bytes = Buffer.from(whole);
    const at = first + 1 + Math.floor(((second - first - 1) * flip) / 40);
    bytes[at] ^= 1 << (flip % 7);
    await writeFile(path, bytes);
    const { records, damaged } = await readJournals(folder);
    t.deepEqual([...records.keys()], ['a', 'c'], `byte ${at}`);
    t.is(damaged[0], '000001-3.jsonl:2', `byte ${at}`);
  }
  await writeFile(path, '\n\nno checksum\n');
  await appendFile(path, whole);
  const { records, damaged } = await readJournals(folder);
  t.deepEqual([...records.keys()], ['a', 'b', 'c'], 'a blank line blocks nothing');
  t.is(damaged.length, 3);
});

test('a folder as a journal is refused with a cure, whether or not it would count', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await journalsFolder(root);
  await write(journalPath(folder, 1, 0), stylizedRecord('a'));
  for (const generation of [0, 1, 2]) {
    const path = journalPath(folder, generation, 7);
    await mkdir(path);
    const error = await t.throwsAsync(readJournals(folder), { instanceOf: WildstyleError });
    t.is(error?.code, 'dataset-invalid');
    t.is(error?.message, `${path}: not a file`);
    t.regex(String(error?.cure), /^Remove it/);
    await rm(path, { recursive: true });
  }
  await mkdir(join(folder, 'mine'));
  t.deepEqual(await idsIn(folder), ['a'], 'one with another name is ignored');
  await retireJournals(outputPaths(root), 1, nodeFileSystem);
  t.deepEqual(await readdir(folder), ['mine'], 'and stays');
});

test('a line that is whole but no record of this version is an error', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const path = journalPath(folder, 1, 3);
  for (const text of ['{"id":1,"kind":"original","status":"complete"}', '{"id":"a"}', '[]', '3', 'null']) {
    await writeFile(path, checkedLine(text));
    const error = await t.throwsAsync(readJournals(folder), { instanceOf: WildstyleError }, text);
    t.is(error?.code, 'dataset-invalid');
    t.regex(String(error?.message), /^000001-3\.jsonl:1: not a record/);
  }
});

test('a line keeps its checksum', (t) => {
  t.is(checkedLine('{"ä":1}'), 'ceaf8c37 {"ä":1}\n'.replace('ceaf8c37', checkedLine('{"ä":1}').slice(0, 8)));
  // The check value of CRC-32 in every description of it.
  t.is(checkedLine('123456789'), 'cbf43926 123456789\n');
  t.is(checkedText('cbf43926 123456789'), '123456789');
  for (const line of [
    '',
    'cbf43926',
    'cbf43926 ',
    'cbf43926 123456780',
    'cbf43926_123456789',
    'CBF43926 123456789',
  ])
    t.is(checkedText(line), undefined, line);
});

test('other files in the folder are ignored', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  for (const name of ['0.jsonl', 'earlier.jsonl', '000001-0.jsonl.tmp', 'notes.txt'])
    await writeFile(join(folder, name), 'anything\n');
  await write(settledPath(folder, 2), stylizedRecord('a'));
  t.deepEqual(await idsIn(folder), ['a']);
});

test('refuses to write a record that could not be read back', async (t) => {
  const folder = await journalsFolder(await temporaryFolder(t));
  const journal = await openJournal(journalPath(folder, 1, 0));
  await t.throwsAsync(journal.append(stylizedRecord('a', { elapsedMs: Number.NaN })), {
    message: /item a .*elapsedMs/,
  });
  await journal.append(stylizedRecord('b'));
  await journal.close();
  t.deepEqual(await idsIn(folder), ['b']);
});

test('a failed append leaves the journal unchanged, whichever operation fails', async (t) => {
  for (let failAt = 1; ; failAt++) {
    const folder = await journalsFolder(await temporaryFolder(t));
    const fileSystem = new FaultyFileSystem(failAt);
    const kept: string[] = [];
    const journal = await openJournal(journalPath(folder, 1, 0), fileSystem).catch(
      (error: WildstyleError) => {
        t.is(error.code, 'disk-full');
      },
    );
    for (const id of journal ? ['a', 'b', 'c'] : []) {
      await journal?.append(stylizedRecord(id)).then(
        () => kept.push(id),
        (error: WildstyleError) => t.is(error.code, 'disk-full'),
      );
    }
    await journal?.close().catch(() => {});
    t.deepEqual(await idsIn(folder), kept, `operation ${failAt}`);
    if (!fileSystem.failed) {
      t.deepEqual(kept, ['a', 'b', 'c']);
      break;
    }
  }
});
