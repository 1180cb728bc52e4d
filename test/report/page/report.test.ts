import { access, appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { compileManifest } from '../../../src/dataset/ledger/manifest.js';
import type { ItemRecord } from '../../../src/dataset/ledger/record.js';
import { factsOf } from '../../../src/dataset/ledger/record-kinds.js';
import { publishSummary, readSummary } from '../../../src/dataset/summary.js';
import { verifyDataset } from '../../../src/dataset/verify/verify.js';
import { encodeImage } from '../../../src/images/encode.js';
import type { PlanItem } from '../../../src/plan/item.js';
import { writeReport } from '../../../src/report/page/write-report.js';
import { makeDataset, publishImage, summaryOfCompiled } from '../../dataset/make-dataset.js';
import {
  byId,
  failedRecord,
  filesBelow,
  itemOf,
  stylizedRecord,
  temporaryFolder,
} from '../../dataset/support.js';
import { wildstyle } from '../../support/command-line.js';
import { allowing, readPage } from './page-parts.js';

const report = (root: string, ...options: string[]) =>
  wildstyle(['report', root, ...options], { cache: join(root, '.cache') });

/** Writes the report of records, the last of which may be pending. */
async function reportOf(root: string, records: readonly ItemRecord[], pending: readonly ItemRecord[] = []) {
  const items = [...records, ...pending].map(
    (record, index) => ({ ...itemOf(record, index), recipe: record.drawn }) as PlanItem,
  );
  const compiled = await compileManifest({ root, items, records: byId(records) });
  const summary = summaryOfCompiled(compiled);
  await publishSummary(root, summary);
  await writeReport(root, summary);
  return readPage(root);
}

test('the command writes a page that belongs to the dataset', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const { exitCode, stdout } = await report(root);
  t.is(exitCode, 0);
  t.regex(stdout, /^5 images: .*report\.html\n.*2 content or style images cannot be read/);
  t.deepEqual((await verifyDataset(root)).problems, []);
  await appendFile(join(root, 'report.html'), ' ');
  t.like((await verifyDataset(root)).problems, [{ code: 'file-altered', file: 'report.html' }]);
});

test('rows have what the manifest has', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await report(root);
  const { data, html } = await readPage(root);
  t.deepEqual(
    data.rows.map(({ id, kind, status, label }) => [id, kind, status, label]),
    [
      ['a', 'stylized', 'complete', 'cat'],
      ['b', 'original', 'complete', 'cat'],
      ['c', 'stylized', 'complete', 'dog'],
      ['d', 'stylized', 'failed', 'dog'],
      ['e', 'original', 'complete', 'dog'],
    ],
  );
  const [a, b, , d] = data.rows;
  t.like(a, { split: 'train', content: 'cat/a.png', style: 'waves.jpg', href: './train/cat/a.jpg' });
  t.like(a, { loss: 1, strength: 12.5, elapsedMs: 1234, curve: { steps: [0, 75, 150], losses: [8, 2, 1] } });
  t.like(a, { contentLoss: 0.25, styleTerms: 0.5, steps: 150, edgeF1: null });
  t.like(b, { style: null, loss: null, curve: null, contentLoss: null, steps: null });
  t.like(d, { href: null, error: { code: 'image-corrupt', message: 'd.png: the PNG is damaged' } });
  t.is(data.constants['style.strength'], 12.5);
  t.true((a?.thumbnails.result ?? -1) >= 0);
  t.is(d?.thumbnails.result, -1);
  t.is(a?.thumbnails.content, -1, 'the job names no folder');
  t.true(/<dt>stylized<\/dt><dd>2<\/dd>/.test(html));
  t.regex(
    html,
    /<code>image-corrupt<\/code>: 1<\/h3><ul class="messages"><li><bdi>d\.png: the PNG is damaged/,
  );
  t.true(/1\.23e\+3|1230/.test(html), 'time per image');
});

test('the policy allows this style, this script and nothing from elsewhere', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  await report(root);
  const { policy, style, script, html } = await readPage(root);
  const rules = Object.fromEntries(
    policy.split('; ').map((rule) => [rule.split(' ')[0], rule.slice(rule.indexOf(' ') + 1)]),
  );
  t.deepEqual(rules, {
    'default-src': "'none'",
    'img-src': 'data:',
    'style-src': allowing(style),
    'script-src': allowing(script),
    'base-uri': "'none'",
    'form-action': "'none'",
  });
  t.notRegex(html.replace(/<script[\s\S]*?<\/script>/g, ''), /\son\w+=|\sstyle=|https?:/);
  t.notRegex(script, /^(import|export)\b|innerHTML|<\/script/m);
});

test('thumbnails of the sources, and those beyond the bound in files', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, '.photos');
  const bytes = await encodeImage(
    { data: new Uint8Array(3 * 64), widthPx: 8, heightPx: 8 },
    { format: 'png' },
  );
  await mkdir(join(photos, 'cat'), { recursive: true });
  await writeFile(join(photos, 'cat', 'a.png'), bytes);
  await writeFile(join(photos, 'waves.jpg'), bytes);
  await makeDataset(root, (summary) => ({
    ...summary,
    job: { ...summary.job, content: { root: photos }, style: { root: photos } },
  }));
  t.is((await report(root, '--inline', '0')).exitCode, 0);
  const { data, policy } = await readPage(root);
  t.like(data.rows[0]?.thumbnails, { content: 0, style: 1, result: 2 });
  t.regex(data.sheets[0] ?? '', /^report\/thumbnails-[0-9a-f]{16}\.jpg$/);
  t.true(policy.includes("img-src data: 'self' file:;"));
  t.true((await filesBelow(root)).includes(data.sheets[0] ?? ''));
  const { files } = (await readSummary(root))?.digests ?? { files: {} };
  t.true(Object.hasOwn(files, data.sheets[0] ?? ''));
  t.is((await report(root)).exitCode, 0);
  t.regex((await readPage(root)).data.sheets[0] ?? '', /^data:image\/jpeg;base64,/);
  await t.throwsAsync(access(join(root, 'report')), undefined, 'nothing is left of the files');
});

test('the filter of the gate is there if a gate judged; the engine is in words; tables may scroll', async (t) => {
  const root = await temporaryFolder(t);
  const engine = { name: 'onnx', device: 'cpu', version: 'onnxruntime 1.30.0' };
  await makeDataset(root, (summary) => ({ ...summary, environment: { node: '20.20.2', engine, batch: 4 } }));
  await report(root);
  const { html } = await readPage(root);
  t.true(html.includes('id="filter-status"'));
  t.false(html.includes('id="filter-verdict"'), 'no gate');
  t.true(
    html.includes('<th scope="row">engine</th><td><bdi>onnx, cpu, onnxruntime 1.30.0</bdi></td>'),
    'no JSON',
  );
  const tables = html.match(/<table/g)?.length ?? 0;
  t.true(tables > 3);
  t.is(html.match(/<div class="wide"><table/g)?.length, tables);
  const gate = {
    verdict: 'kept',
    class: 'cat',
    before: 0.9,
    after: 0.8,
    seen: 'cat',
    attempts: [{ strength: 3, probability: 0.8, seen: 'cat' }],
  };
  const judged = await reportOf(await temporaryFolder(t), [
    failedRecord('a'),
    stylizedRecord('b', { gate: gate as never }),
  ]);
  t.true(judged.html.includes('id="filter-verdict"'));
});

test('hostile names are text', async (t) => {
  const root = await temporaryFolder(t);
  const name = `</script><img src=x onerror="alert('1')">\u202egpj.<!--`;
  const sources = {
    content: { path: `${name}.png`, sha256: 'c'.repeat(64) },
    style: { path: '../../etc/passwd', sha256: 'd'.repeat(64) },
  };
  const records = [
    await publishImage(root, stylizedRecord('a', { sources })),
    failedRecord('b', { label: name, error: { code: name, message: name } }),
  ];
  const { html, data } = await reportOf(root, records);
  t.false(html.includes('<img'));
  t.false(html.includes('\u202e'));
  t.true(
    html.includes(
      '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;[U+202E]gpj.&lt;!--',
    ),
  );
  t.is(html.match(/<\/script/g)?.length, 2);
  t.is(data.rows[0]?.content, `${name.replace('\u202e', '[U+202E]')}.png`);
  t.is(data.rows[0]?.thumbnails.style, -1, 'a path out of the folder is not read');
});

test('datasets that are partial, failed as a whole, or empty', async (t) => {
  const root = await temporaryFolder(t);
  const pending = [stylizedRecord('x'), stylizedRecord('y')];
  const partial = await reportOf(root, [await publishImage(root, stylizedRecord('a'))], pending);
  t.true(/class="status partial">partial</.test(partial.html));
  t.true(/<dt>not made yet<\/dt><dd>2</.test(partial.html));
  t.is(partial.data.rows.length, 1);
  const failed = await reportOf(root, [failedRecord('a'), failedRecord('b')]);
  t.true(/No image was stylized/.test(failed.html));
  t.is(failed.data.rows.length, 2);
  const empty = await reportOf(root, [], pending);
  t.deepEqual(empty.data.rows, []);
});

/** Thirty images with a strength that has many values, a number and names with few, and losses under other names. */
const drawnRecords = (measured: (index: number) => object = () => ({})) =>
  Array.from({ length: 30 }, (_, index) => {
    const { applied } = stylizedRecord('a');
    const recipe = {
      ...applied,
      style: { strength: 3 + index, loss: index % 2 === 0 ? { gram: 1 } : { swd: 1 } },
      optimizer: index < 10 ? 'lbfgs' : 'adam',
      steps: [50, 100, 150][index % 3],
    };
    return stylizedRecord(`i${index}`, {
      applied: recipe as never,
      drawn: recipe as never,
      ...measured(index),
    });
  });

/** The part of the page about one parameter. */
const partOf = (html: string, path: string): string =>
  new RegExp(`<h3>${path.replace('.', '\\.')}</h3>.*?(?=<h3>|<details><summary>Parameters that)`, 's').exec(
    html,
  )?.[0] ?? '';

test('distributions of what was drawn; the rest is listed once', async (t) => {
  const root = await temporaryFolder(t);
  const { html, data } = await reportOf(root, drawnRecords());
  const strength = partOf(html, 'style.strength');
  t.regex(strength, /aria-label="style\.strength: from 3 to 32, median 17\.5, logarithmic scale"/);
  t.regex(strength, /aria-label="content loss by style\.strength: 30 images"/);
  t.is(strength.match(/<circle /g)?.length, 30, 'a point for each image');
  t.regex(
    strength,
    /3 to 6<\/bdi><\/th><td class="number">4<\/td><td class="number">0\.25 \(0\.25 to 0\.25\)</,
  );
  t.notRegex(html, /edge F1:/, 'it was not measured');
  t.deepEqual(Object.keys(data.rows[3]?.parameters ?? {}).sort(), [
    'optimizer',
    'steps',
    'style.loss.swd',
    'style.strength',
  ]);
  t.false(Object.hasOwn(data.constants, 'style.strength'));
  t.false(Object.hasOwn(data.constants, 'style.loss.swd'), 'half of the images have another loss');
});

test('names, and numbers with few values, have what was measured for each value', async (t) => {
  const root = await temporaryFolder(t);
  const { html } = await reportOf(
    root,
    drawnRecords((index) => ({
      edgeF1: index % 2 === 0 ? 0.8 : 0.4,
      loss: {
        ...factsOf(stylizedRecord('a')).loss,
        final: { step: 1, total: 1, terms: { 'content.features': index < 10 ? 1 + index : 50 } },
      },
    })),
  );
  const cells = (path: string, value: string) =>
    [
      ...(new RegExp(`<bdi>${value}</bdi></th>(.*?)</tr>`).exec(partOf(html, path))?.[1] ?? '').matchAll(
        />([^<]+)</g,
      ),
    ].map(([, text]) => text);
  t.deepEqual(cells('optimizer', 'adam'), ['20', '50 (50 to 50)', '0.6 (0.4 to 0.8)']);
  t.deepEqual(cells('optimizer', 'lbfgs'), ['10', '5.5 (3.25 to 7.75)', '0.6 (0.4 to 0.8)']);
  t.deepEqual(cells('style.loss', 'gram'), ['15', '50 (8 to 50)', '0.8 (0.8 to 0.8)']);
  t.deepEqual(cells('style.loss', 'swd').at(-1), '0.4 (0.4 to 0.4)');
  t.deepEqual(cells('steps', '100')[0], '10');
  t.regex(partOf(html, 'optimizer'), /aria-label="Median content loss by optimizer: adam 50, lbfgs 5\.5"/);
  t.regex(partOf(html, 'optimizer'), /aria-label="Median edge F1 by optimizer: adam 0\.6, lbfgs 0\.6"/);
  t.regex(partOf(html, 'style.strength'), /aria-label="edge F1 by style\.strength: 30 images"/);
});

test('of many images, charts have the median and the quartiles instead of points', async (t) => {
  const root = await temporaryFolder(t);
  const records = Array.from({ length: 10 }, (_, round) =>
    drawnRecords().map((record, index) => ({
      ...record,
      id: `r${round}i${index}`,
      file: `train/r${round}i${index}.jpg`,
    })),
  ).flat();
  const strength = partOf((await reportOf(root, records)).html, 'style.strength');
  t.regex(
    strength,
    /aria-label="Median content loss by style\.strength: from 0\.25 at low to 0\.25 at high values"/,
  );
  t.notRegex(strength, /<circle /);
});

test('names in charts are text', async (t) => {
  const root = await temporaryFolder(t);
  const name = `</text></svg><img src=x onerror='a()'>&"\u202e`;
  const records = ['a', 'b'].map((id) => {
    const { applied } = stylizedRecord(id);
    const recipe = { ...applied, optimizer: id === 'a' ? name : 'adam' };
    return stylizedRecord(id, { applied: recipe as never, drawn: recipe as never });
  });
  const { html } = await reportOf(root, records);
  t.is(html.match(/<img/g), null);
  t.false(html.includes('\u202e'));
  t.regex(partOf(html, 'optimizer'), /<text [^>]*>&lt;\/text&gt;/);
  t.notRegex(html.replace(/<script[\s\S]*?<\/script>/g, ''), /\sstyle=|<style>:where/);
});

test('20,000 images take little memory', async (t) => {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const count = 20_000;
  const [line = ''] = (await readFile(join(root, 'manifest.jsonl'), 'utf8')).split('\n');
  const lines = Array.from({ length: count }, (_, index) =>
    line.replace('"a"', `"i${index}"`).replace(/"file":"[^"]*"/, `"file":"train/${index}.jpg"`),
  );
  await writeFile(join(root, 'manifest.jsonl'), `${lines.join('\n')}\n`);
  const { exitCode, stderr } = await wildstyle(['report', root], {
    cache: join(root, '.cache'),
    variables: { NODE_OPTIONS: '--max-old-space-size=64' },
  });
  t.is(exitCode, 0, stderr);
  const { data, html } = await readPage(root);
  t.is(data.rows.length, count);
  t.true(html.length < 1000 * count, 'less than 1000 bytes for each');
});

test('a folder without a dataset, and a wrong bound', async (t) => {
  const root = await temporaryFolder(t);
  t.regex((await report(root)).stderr, /^wildstyle: dataset-invalid: /);
  t.regex((await report(root, '--inline', '-1')).stderr, /^wildstyle: option-invalid: /);
});
