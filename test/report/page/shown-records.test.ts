import test from 'ava';
import { compileManifest } from '../../../src/dataset/ledger/manifest.js';
import type { ItemRecord } from '../../../src/dataset/ledger/record.js';
import { publishSummary } from '../../../src/dataset/summary.js';
import { shownRecords } from '../../../src/report/page/shown-records.js';
import { writeReport } from '../../../src/report/page/write-report.js';
import { summaryOfCompiled } from '../../dataset/make-dataset.js';
import { byId, failedRecord, itemOf, stylizedRecord, temporaryFolder } from '../../dataset/support.js';
import { readPage } from './page-parts.js';

const folderOf = async (root: string, records: readonly ItemRecord[]) => {
  const items = records.map((record, index) => itemOf(record, index));
  const summary = summaryOfCompiled(await compileManifest({ root, items, records: byId(records) }));
  await publishSummary(root, summary);
  return summary;
};

const name = (index: number) => `item-${String(index).padStart(3, '0')}`;

async function shown(root: string, total: number, atMost?: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of shownRecords(root, total, atMost)) ids.push(id);
  return ids;
}

test('of many images, some at even distances are shown, and failed ones', async (t) => {
  const root = await temporaryFolder(t);
  const records = Array.from({ length: 100 }, (_, index) =>
    index % 25 === 7 ? failedRecord(name(index)) : stylizedRecord(name(index)),
  );
  await folderOf(root, records);
  t.is((await shown(root, 100)).length, 100);
  t.is((await shown(root, 100, 100)).length, 100);
  const some = await shown(root, 100, 10);
  t.deepEqual(some.slice(0, 4), ['item-007', 'item-009', 'item-019', 'item-029']);
  t.is(some.length, 12, 'ten, and two failed ones');
});

test('a page of a part says so', async (t) => {
  const root = await temporaryFolder(t);
  const summary = await folderOf(
    root,
    Array.from({ length: 30 }, (_, index) => stylizedRecord(name(index))),
  );
  const { images } = await writeReport(root, summary, { atMost: 3 });
  t.is(images, 3);
  const { html, data } = await readPage(root);
  t.is(data.rows.length, 3);
  t.regex(html, /about 3 of the 30 images/);
  t.regex(html, /<dt>stylized<\/dt><dd>30<\/dd>/, 'counts are those of the dataset');
});
