import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isSettled, openJournal, readJournals, settleJournals } from '../../src/dataset/ledger/journal.js';
import type { ItemRecord } from '../../src/dataset/ledger/record.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { WildstyleError } from '../../src/errors.js';
import { FaultyFileSystem } from '../files/faulty-file-system.js';
import { failedRecord, originalRecord, sha256, stylizedRecord, temporaryFolder } from './support.js';

test('reads back appended records', async (t) => {
  const folder = join(await temporaryFolder(t), 'journals');
  const journal = await openJournal(join(folder, '0.jsonl'));
  const records = [stylizedRecord('a'), originalRecord('b'), failedRecord('c', { label: null })];
  await Promise.all(records.map((record) => journal.append(record)));
  await journal.close();
  t.deepEqual([...(await readJournals(folder)).values()], records);
});

test('merges journals: a complete record overrides a failed one, a later record an earlier one', async (t) => {
  const folder = await temporaryFolder(t);
  const write = async (name: string, ...records: ItemRecord[]) => {
    const journal = await openJournal(join(folder, name));
    for (const record of records) await journal.append(record);
    await journal.close();
  };
  await write('0.jsonl', stylizedRecord('a'), failedRecord('b'), stylizedRecord('c', { elapsedMs: 1 }));
  await write('1.jsonl', failedRecord('a'), stylizedRecord('b'), stylizedRecord('c', { elapsedMs: 2 }));
  const records = await readJournals(folder);
  t.deepEqual([...records.keys()].sort(), ['a', 'b', 'c']);
  t.is(records.get('a')?.status, 'complete');
  t.is(records.get('b')?.status, 'complete');
  t.like(records.get('c'), { elapsedMs: 2 });
});

test('settled journals hold the records that count; later records override them', async (t) => {
  const root = await temporaryFolder(t);
  const paths = outputPaths(root);
  const write = async (name: string | number, ...records: ItemRecord[]) => {
    const journal = await openJournal(paths.journal(name));
    for (const record of records) await journal.append(record);
    await journal.close();
  };
  t.false(isSettled(paths));
  await write(0, stylizedRecord('kept'));
  await write(1, stylizedRecord('gone', { sha256: sha256('old') }), failedRecord('tried'));
  await settleJournals(paths, [stylizedRecord('kept'), failedRecord('tried')]);
  t.true(isSettled(paths));
  t.deepEqual([...(await readJournals(paths.journalsFolder)).keys()], ['kept', 'tried']);
  const failedAgain = failedRecord('tried', { error: { code: 'loss-diverged', message: 'again' } });
  await write(0, stylizedRecord('gone', { sha256: sha256('new') }), failedAgain);
  await settleJournals(paths, (await readJournals(paths.journalsFolder)).values());
  t.deepEqual(await readdir(paths.journalsFolder), ['earlier.jsonl']);
  const records = await readJournals(paths.journalsFolder);
  t.like(records.get('gone'), { sha256: sha256('new') });
  t.like(records.get('tried'), { error: { message: 'again' } });
});

test('a missing folder has no records', async (t) => {
  t.is((await readJournals(join(await temporaryFolder(t), 'nowhere'))).size, 0);
});

test('a journal cut at any byte keeps every complete line and accepts new ones', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, '0.jsonl');
  const journal = await openJournal(path);
  await journal.append(failedRecord('a', { label: 'Käfer' }));
  await journal.append(failedRecord('b'));
  await journal.close();
  const whole = await readFile(path);
  const first = whole.indexOf(10) + 1;
  for (let length = 0; length <= whole.length; length += length > first - 3 && length < first + 3 ? 1 : 37) {
    await writeFile(path, whole);
    await truncate(path, length);
    const expected = length < first ? [] : length < whole.length ? ['a'] : ['a', 'b'];
    t.deepEqual([...(await readJournals(folder)).keys()], expected, `${length}`);
    const again = await openJournal(path);
    await again.append(failedRecord('c'));
    await again.close();
    t.deepEqual([...(await readJournals(folder)).keys()], [...expected, 'c'], `${length}`);
  }
});

test('a tail of zeros, as after a power failure, is an incomplete line', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, '0.jsonl');
  const journal = await openJournal(path);
  await journal.append(stylizedRecord('a'));
  await journal.close();
  await appendFile(path, Buffer.alloc(200_000));
  t.deepEqual([...(await readJournals(folder)).keys()], ['a']);
  await (await openJournal(path)).close();
  t.is((await readFile(path)).indexOf(0), -1);
});

test('an invalid line before the last is reported with file and line number', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await openJournal(join(folder, '3.jsonl'));
  await journal.append(stylizedRecord('a'));
  await journal.close();
  await appendFile(join(folder, '3.jsonl'), '{"id": 1\n{}\n');
  const error = await t.throwsAsync(readJournals(folder), { instanceOf: WildstyleError });
  t.is(error?.code, 'dataset-invalid');
  t.regex(String(error?.message), /^3\.jsonl:2: not JSON/);

  await writeFile(join(folder, '3.jsonl'), '{"id": 1, "kind": "original", "status": "complete"}\n');
  const second = await t.throwsAsync(readJournals(folder), { instanceOf: WildstyleError });
  t.is(second?.code, 'dataset-invalid');
  t.regex(String(second?.message), /^3\.jsonl:1: not a valid record: .* at id/);

  await writeFile(join(folder, '3.jsonl'), '{"id": 1}\n');
  const third = await t.throwsAsync(readJournals(folder), { instanceOf: WildstyleError });
  t.is(third?.code, 'dataset-invalid');
  t.is(third?.message, '3.jsonl:1: not a valid record: `kind` must be "original" or "stylized"');
});

test('refuses to write a record that could not be read back', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await openJournal(join(folder, '0.jsonl'));
  await t.throwsAsync(journal.append(stylizedRecord('a', { elapsedMs: Number.NaN })), {
    message: /item a .*elapsedMs/,
  });
  await journal.append(stylizedRecord('b'));
  await journal.close();
  t.deepEqual([...(await readJournals(folder)).keys()], ['b']);
});

test('a failed append leaves the journal unchanged, whichever operation fails', async (t) => {
  for (let failAt = 1; ; failAt++) {
    const folder = await temporaryFolder(t);
    const fileSystem = new FaultyFileSystem(failAt);
    const kept: string[] = [];
    const journal = await openJournal(join(folder, '0.jsonl'), fileSystem).catch((error: WildstyleError) => {
      t.is(error.code, 'disk-full');
    });
    for (const id of journal ? ['a', 'b', 'c'] : []) {
      await journal?.append(stylizedRecord(id)).then(
        () => kept.push(id),
        (error: WildstyleError) => t.is(error.code, 'disk-full'),
      );
    }
    await journal?.close().catch(() => {});
    t.deepEqual([...(await readJournals(folder)).keys()], kept, `operation ${failAt}`);
    if (!fileSystem.failed) {
      t.deepEqual(kept, ['a', 'b', 'c']);
      break;
    }
  }
});
