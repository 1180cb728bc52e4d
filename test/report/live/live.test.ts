/** The live view: what it shows, and what it refuses. @module */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { journalPath, settledPath } from '../../../src/dataset/ledger/journals/journal-files.js';
import { formatJournalLine } from '../../../src/dataset/ledger/journals/journal-line.js';
import { outputPaths } from '../../../src/dataset/output-paths.js';
import { serveLive } from '../../../src/report/live/live-server.js';
import type { LiveState } from '../../../src/report/live/live-state.js';
import { NewestRecords } from '../../../src/report/live/newest-records.js';
import { makeDataset } from '../../dataset/make-dataset.js';
import { failedRecord, stylizedRecord, temporaryFolder } from '../../dataset/support.js';
import { startWildstyle, until } from '../../support/command-line.js';
import { smallJob } from '../../support/small-job.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request with headers that `fetch` would not send. */
function ask(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The states that a view sends, until it ends. */
async function statesOf(url: string): Promise<{ name: string; state: LiveState }[]> {
  const text = await (await fetch(`${url}events`)).text();
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name = '', data = '']) => {
    return { name, state: JSON.parse(data) };
  });
}

async function served(t: ExecutionContext) {
  const root = await temporaryFolder(t);
  await makeDataset(root);
  const server = await serveLive(root, { everyMs: 20 });
  t.teardown(server.close);
  return { root, server, url: server.url };
}

test('only this machine, only with the token, only reading', async (t) => {
  const { url } = await served(t);
  t.regex(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  const page = await ask(url);
  t.is(page.status, 200);
  const policy = String(page.headers['content-security-policy']);
  t.regex(policy, /default-src 'none'; img-src 'self' data:; connect-src 'self';.*frame-ancestors 'none'/);
  t.is(page.headers['access-control-allow-origin'], undefined);
  t.notRegex(page.body.replace(/<script[\s\S]*?<\/script>/g, ''), /https?:|\sstyle=|\son\w+=/);
  const { origin } = new URL(url);
  for (const path of ['/', '/events', `/${'x'.repeat(32)}/`, '/favicon.ico'])
    t.is((await ask(`${origin}${path}`)).status, 404, path);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])
    t.is((await ask(url, { method })).status, 405);
  t.is((await ask(url, { headers: { host: 'evil.example' } })).status, 403, 'DNS rebinding');
  t.is((await ask(url, { headers: { origin: 'http://evil.example' } })).status, 403);
  t.is((await ask(url, { headers: { origin } })).status, 200);
});

test('serves images and the report of the dataset, and nothing else', async (t) => {
  const { root, url } = await served(t);
  await writeFile(join(root, 'report.html'), '<p>report</p>');
  await writeFile(join(root, 'train', 'cat', 'page.html'), '<p>page</p>');
  await mkdir(join(root, '.hidden'));
  await writeFile(join(root, '.hidden', 'x.jpg'), 'x');
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'secret.jpg'), 'x');
  await symlink(join(outside, 'secret.jpg'), join(root, 'train', 'cat', 'link.jpg'));
  const image = await ask(`${url}train/cat/a.jpg`);
  t.is(image.status, 200);
  t.is(image.headers['content-type'], 'image/jpeg');
  t.is((await ask(`${url}report.html`)).status, 200);
  const hidden = [
    'manifest.jsonl',
    'dataset.json',
    'train/cat/page.html',
    '.hidden/x.jpg',
    'train/cat/link.jpg',
  ];
  const leaving = ['%2e%2e/x.jpg', '..%2fx.jpg', '%2fetc/x.jpg', 'train%5c..%5cx.jpg', '%00.jpg', '%ff.jpg'];
  for (const path of [...hidden, ...leaving])
    t.true([400, 404].includes((await ask(url + path)).status), path);
});

test('follows journals line by line, and keeps the newest', async (t) => {
  const root = await temporaryFolder(t);
  const { journalsFolder } = outputPaths(root);
  await mkdir(journalsFolder, { recursive: true });
  await writeFile(settledPath(journalsFolder, 1), '');
  const file = journalPath(journalsFolder, 1, 0);
  const newest = new NewestRecords(2);
  const ids = async () => {
    await newest.look([root]);
    return newest.records.map(({ id }) => id);
  };
  t.deepEqual(await ids(), []);
  const [a, b, c] = [stylizedRecord('a'), failedRecord('b'), stylizedRecord('c')].map(formatJournalLine);
  await writeFile(file, `${a}${b?.slice(0, 20)}`);
  t.deepEqual(await ids(), ['a'], 'half a line waits for the rest');
  await writeFile(file, `${a}${b}`);
  t.deepEqual(await ids(), ['b', 'a']);
  await writeFile(file, `${a}${b}00000000 {"damaged":1}\n${c}`);
  t.deepEqual(await ids(), ['c', 'b']);
});

test('shows a run until it ends', async (t) => {
  const job = await smallJob({ recipe: { steps: 200 } });
  t.teardown(job.remove);
  await job.put('content/ponds/<b>broken.png', 'no image');
  const going = startWildstyle(['run', job.file, '--view', '--set', 'run.maxFailures=0.9'], job);
  const url = await until(
    'the address',
    () => /^[\d-]{10}T[\d:]{8}Z View: (\S+)$/m.exec(going.written())?.[1],
  );
  const states = await statesOf(url);
  const { exitCode, stderr } = await going.ended;
  t.is(exitCode, 0, stderr);
  const last = states.at(-1);
  t.is(last?.name, 'end');
  t.like(last?.state, { state: 'complete', isGoing: false, items: 21, complete: 18, failed: 3, pending: 0 });
  t.true(
    states.some(({ state }) => state.isGoing && state.complete < 18),
    'seen while it runs',
  );
  const withSteps = states.filter(({ state }) => state.steps !== null);
  t.true(
    withSteps.some(({ state: { steps } }) => steps !== null && steps.done > 0 && steps.done <= steps.total),
    'with steps',
  );
  t.true(
    withSteps.every(({ state }) => (state.workersBusy ?? 2) <= 1 && state.stylizedPerMinute !== null),
    'with rates',
  );
  const working = states.filter(({ state }) => state.inWorkCount > 0);
  t.true(working.length > 0, 'with images in progress');
  t.true(
    states.every(({ state }) => state.inWorkCount === state.inWork.length),
    'few enough to show all',
  );
  const { newest = [], failures = [], inWork } = last?.state ?? {};
  t.deepEqual(inWork, []);
  t.is(failures[0]?.code, 'image-unsupported');
  t.is(failures[0]?.image, 'ponds/<b>broken.png', 'the script shows it as text');
  const stylized = newest.find(({ style, status }) => style !== null && status === 'complete');
  t.true((stylized?.curve?.losses.length ?? 0) > 1, 'with a curve');
  t.regex(stylized?.href ?? '', /^\.\/train\/\w+\/\w+\.png$/);
});
