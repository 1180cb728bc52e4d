import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'csv-parse/sync';
import { makeDataset } from '../dataset/make-dataset.js';
import { temporaryFolder } from '../dataset/support.js';
import { wildstyle } from '../support/command-line.js';

test('a row for each image, with the values of metadata.jsonl', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const { stdout, exitCode } = await wildstyle(['export', root, '--to', 'csv'], { cache: root });
  t.is(exitCode, 0);
  t.regex(stdout, /exports\/csv\/train\.csv/);
  const rows = parse(await readFile(join(root, 'exports/csv/train.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  const lines = (await readFile(join(root, 'train/metadata.jsonl'), 'utf8')).trim().split('\n');
  const expected = lines.map((line) =>
    Object.fromEntries(
      Object.entries(JSON.parse(line)).map(([key, value]) => [key, value === null ? '' : String(value)]),
    ),
  );
  t.is(rows.length, 4);
  t.deepEqual(rows, expected);
});

test('an unknown format is refused, and the formats listed', async (t) => {
  const root = await temporaryFolder(t);
  const { exitCode, stderr } = await wildstyle(['export', root, '--to', 'cvs'], { cache: root });
  t.is(exitCode, 2);
  t.regex(stderr, /option-invalid: --to must be one of .*csv.*, not cvs; did you mean "csv"\?/);
});
