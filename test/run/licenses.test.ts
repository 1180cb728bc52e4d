import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { readPage } from '../report/page/page-parts.js';
import { smallJob } from '../support/small-job.js';

test('records, metadata, card and Croissant have the licenses, and those without are counted', async (t) => {
  const job = await smallJob({
    content: { root: 'content', licenses: 'sidecar', similar: false },
    style: { root: 'style', licenses: { csv: 'styles.csv', author: 'by' } },
    sampling: { stylesPerContent: 1, keepOriginals: false },
    recipe: { network: 'random', size: 32, steps: 1, stages: [] },
    output: { root: 'out', exports: ['croissant'], subfolders: true },
  });
  t.teardown(job.remove);
  await job.put(
    'content/ponds/rings.png.license',
    'SPDX-License-Identifier: CC-BY-4.0\nSPDX-FileCopyrightText: Ann\n',
  );
  await job.put('styles.csv', 'file,license,by\n');
  const run = async () => runPlan(await prepare(await loadJob(job.file)));
  const isRings = ({ sources }: { sources: object }) =>
    (sources as { content: { path: string } }).content.path === 'ponds/rings.png';
  t.is((await run()).status, 'complete');
  const records = await readManifest(job.out);
  t.like(records.find(isRings)?.sources.content, { license: 'CC-BY-4.0', author: 'Ann' });
  t.true(
    records.every(
      (record) =>
        record.status === 'complete' && /^train\/\w+\/[0-9a-f]{2}\/[0-9a-f]{32}\./.test(record.file),
    ),
  );
  const counts = (await readSummary(job.out))?.counts;
  t.like(counts?.licenses, [
    { role: 'content', license: 'CC-BY-4.0', images: 1 },
    { role: 'content', license: null, images: 5 },
    { role: 'style', license: null },
  ]);
  const card = await readFile(join(job.out, 'README.md'), 'utf8');
  t.regex(card, /\| content images \| CC-BY-4\.0 \| 1 \|/);
  t.regex(card, /\| content images \| \*\*none on record\*\* \| 5 \|/);
  const { html, data } = await readPage(job.out);
  const cells = (...texts: string[]) =>
    new RegExp(`>${texts[0]}</th><td>(<bdi>)?${texts[1]}(</bdi>)?</td><td class="number">${texts[2]}</td>`);
  t.regex(html, cells('content images', 'CC-BY-4\\.0', '1'));
  t.regex(html, cells('content images', '<strong>none on record</strong>', '5'));
  t.regex(html, cells('content images', 'Ann', '1'), 'its author');
  t.regex(html, /<th scope="row">random<\/th><td><bdi>none needed: drawn, not trained</, 'its weights');
  t.deepEqual(data.rows.map(({ rights }) => rights?.content).filter(Boolean), ['CC-BY-4.0, Ann']);
  const croissant = JSON.parse(await readFile(join(job.out, 'exports/croissant/croissant.json'), 'utf8'));
  t.deepEqual(croissant.license, ['https://spdx.org/licenses/CC-BY-4.0.html']);
  t.is(croissant['prov:wasDerivedFrom'].length, counts?.licenses?.length);

  t.is((await run()).status, 'nothing');
  await job.put('content/ponds/rings.png.license', 'SPDX-License-Identifier: CC0-1.0\n');
  t.like(await run(), { status: 'complete', exports: { written: ['croissant'] } });
  const rows = (await readFile(join(job.out, 'train/metadata.jsonl'), 'utf8')).trim().split('\n');
  const row = rows
    .map((line) => JSON.parse(line))
    .find(({ content_path }) => content_path === 'ponds/rings.png');
  t.like(row, { content_license: 'CC0-1.0', content_author: null, style_license: null });
  t.deepEqual((await verifyDataset(job.out)).problems, []);
});
