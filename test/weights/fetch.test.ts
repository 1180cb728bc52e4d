import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { type FetchOptions, fetchWeights } from '../../src/weights/fetch.js';
import { type PublishedWeights, vggTensors } from '../../src/weights/published.js';
import { sha256, temporaryFolder } from '../dataset/support.js';
import { type Behavior, faultyServer } from './faulty-server.js';
import {
  archiveFile,
  expectedFile,
  legacyFile,
  modelFile,
  tiny,
  wantedBytes,
  wholeModel,
} from './tiny-network.js';

interface Situation {
  readonly content?: Uint8Array;
  readonly behavior?: Behavior;
  readonly options?: FetchOptions;
  readonly folder?: string;
}

const quick = { pauseMs: 1, attempts: 3, silenceMs: 2000 };

/** Fetches from a server and returns everything that can be observed. */
async function attempt(t: ExecutionContext, situation: Situation = {}) {
  const { content = modelFile, behavior, options, folder = await temporaryFolder(t) } = situation;
  const server = await faultyServer(t, content, behavior);
  const from = `${server.origin}/model.safetensors`;
  const fetching = fetchWeights('tiny', tiny, { from, folder, ...quick, ...options });
  const outcome = await fetching.then(
    (fetched) => ({ fetched, error: undefined }),
    (error: WildstyleError) => ({ fetched: undefined, error }),
  );
  return { ...outcome, server, folder, stored: join(folder, 'tiny.safetensors') };
}

async function succeeds(t: ExecutionContext, situation: Situation = {}) {
  const result = await attempt(t, situation);
  t.is(result.error, undefined, result.error?.message);
  t.deepEqual(await readFile(result.stored), expectedFile);
  t.deepEqual(await readdir(result.folder), ['tiny.safetensors'], 'nothing else is left');
  return result;
}

/** The error, after which nothing is published. */
async function fails(t: ExecutionContext, situation: Situation) {
  const { error, ...result } = await attempt(t, situation);
  t.true(error instanceof WildstyleError, String(error));
  t.false(existsSync(result.stored));
  return { ...result, code: error?.code, message: error?.message ?? '' };
}

test('reads the header, then only the convolutions', async (t) => {
  const { server, fetched } = await succeeds(t);
  t.is(server.requests[0]?.range, 'bytes=0-65535');
  t.is(server.requests.length, 3, 'one request for each side of the classifier');
  t.true(server.sentBytes() < wantedBytes + 2 * 65_536, `${server.sentBytes()}`);
  t.true(server.sentBytes() < modelFile.length / 1.5);
  t.is(fetched?.sha256, sha256(expectedFile));
  t.is(fetched?.sourceSha256, undefined);
});

test('reads the same from a .pth file', async (t) => {
  const { server } = await succeeds(t, { content: legacyFile() });
  t.true(server.sentBytes() < legacyFile().length / 1.5);
});

test('reports its size before it begins, and progress', async (t) => {
  const seen: number[] = [];
  await succeeds(t, {
    options: {
      onStart: ({ wantedBytes: wanted, fileBytes, doneBytes }) => seen.push(wanted, fileBytes, doneBytes),
      onProgress: (done, total) => seen.push(done / total),
    },
  });
  t.deepEqual(seen.slice(0, 3), [wantedBytes, modelFile.length, 0]);
  t.is(seen.at(-1), 1);
});

test('goes on after every cut, from where it was', async (t) => {
  const { server } = await succeeds(t, { behavior: { cutAfter: (n) => (n === 0 ? undefined : 20_000) } });
  t.true(server.requests.length > 8, `${server.requests.length}`);
  t.true(server.sentBytes() < wantedBytes + 2 * 65_536, 'nothing is read twice');
});

test('a server that ignores ranges is read from the beginning', async (t) => {
  const { server } = await succeeds(t, { behavior: { ranges: false } });
  t.is(server.requests.length, 2);
});

test('a server that ignores ranges and cuts', async (t) => {
  await succeeds(t, {
    behavior: { ranges: false, cutAfter: (n) => (n === 0 ? undefined : 100_000 * n) },
  });
});

test('a download that is given up is resumed by the next command', async (t) => {
  const { code, message, folder, server } = await fails(t, {
    behavior: { cutAfter: (n) => (n < 2 ? undefined : n === 2 ? 50_000 : 0) },
  });
  t.is(code, 'download-interrupted', message);
  t.is(server.requests.length, 5, 'as many attempts without progress as asked for');
  t.deepEqual((await readdir(folder)).sort(), ['tiny.partial']);
  // The next server has another port, so the part that is there is named after it.
  const journal = join(folder, 'tiny.partial', 'pieces.jsonl');
  const next = await faultyServer(t, modelFile);
  await writeFile(journal, (await readFile(journal, 'utf8')).replace(server.origin, next.origin));
  let doneBytes = 0;
  await fetchWeights('tiny', tiny, {
    from: `${next.origin}/model.safetensors`,
    folder,
    onStart: (start) => {
      doneBytes = start.doneBytes;
    },
  });
  t.true(doneBytes > 50_000, `${doneBytes}`);
  t.true(next.sentBytes() < wantedBytes - doneBytes + 65_537);
  t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile);
});

test('a damaged piece is fetched again', async (t) => {
  const { folder, server } = await fails(t, {
    behavior: { cutAfter: (n) => (n < 2 ? undefined : n === 2 ? 50_000 : 0) },
  });
  const next = await faultyServer(t, modelFile);
  const journal = join(folder, 'tiny.partial', 'pieces.jsonl');
  await writeFile(journal, (await readFile(journal, 'utf8')).replace(server.origin, next.origin));
  const data = join(folder, 'tiny.partial', 'data');
  await writeFile(data, (await readFile(data)).fill(0, 1000, 2000));
  await fetchWeights('tiny', tiny, { from: `${next.origin}/model.safetensors`, folder });
  t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile);
});

test('parts of another version of the file are never mixed', async (t) => {
  const { code, message, folder } = await fails(t, {
    behavior: { etagOf: (n) => (n < 2 ? '"one"' : '"two"'), cutAfter: (n) => (n === 1 ? 10_000 : undefined) },
  });
  t.is(code, 'download-failed');
  t.regex(message, /has changed during the download/);
  await succeeds(t, { folder });
});

test('a stop keeps what is there', async (t) => {
  const stop = new AbortController();
  const { code, message } = await fails(t, {
    behavior: { cutAfter: (n) => (n === 0 ? undefined : 30_000) },
    options: { signal: stop.signal, onProgress: () => stop.abort() },
  });
  t.is(code, 'download-interrupted');
  t.regex(message, /it was stopped/);
});

test('wrong bytes are not published, and not resumed', async (t) => {
  const noise = Uint8Array.from(modelFile, (byte, index) => (index < 70_000 ? byte : (index * 7919) >> 3));
  const { code, folder } = await fails(t, { content: noise });
  t.is(code, 'weights-invalid');
  t.deepEqual(await readdir(folder), []);
});

test('weights of another network or origin are not published', async (t) => {
  const other: PublishedWeights = {
    ...tiny,
    origins: [{ ...tiny.origins[0], firstFilter: [1, 2] } as never],
  };
  const { origin } = await faultyServer(t, modelFile);
  const folder = await temporaryFolder(t);
  const options = { from: `${origin}/x`, folder };
  await t.throwsAsync(fetchWeights('tiny', other, options), { message: /not the weights of tests/ });
  const larger = {
    ...tiny,
    tensors: vggTensors([
      [8, 8],
      [64, 64],
      [64, 64],
    ]),
  };
  await t.throwsAsync(fetchWeights('tiny', larger, options), { message: /features\.12\.weight is missing/ });
  t.deepEqual(await readdir(folder), []);
});

test('wrong lengths and ranges are refused', async (t) => {
  const short = modelFile.subarray(0, modelFile.length - 5);
  t.regex((await fails(t, { content: short })).message, /should have/);
  const range = await fails(t, { behavior: { contentRange: `bytes 5-9/${modelFile.length}` } });
  t.is(range.code, 'download-failed');
  t.regex(range.message, /other bytes than requested/);
  const packed = await fails(t, { behavior: { headers: { 'content-encoding': 'br' } } });
  t.regex(packed.message, /compressed data/);
});

test('a body that is shorter than it says is a cut', async (t) => {
  const { code } = await fails(t, { behavior: { cutAfter: () => 1000 } });
  t.is(code, 'download-failed', 'not even the beginning came');
});

test('follows redirects, each time from the beginning of the chain', async (t) => {
  const { server } = await succeeds(t, {
    behavior: {
      instead: (path) =>
        path.startsWith('/cdn') ? undefined : { status: 302, headers: { location: '/cdn/file?signature=1' } },
    },
  });
  t.is(server.requests.filter(({ path }) => path === '/model.safetensors').length, 3);
  t.true(server.requests.filter(({ path }) => path.startsWith('/cdn')).every(({ range }) => range));
});

test('redirects in a circle, to nowhere or to other protocols are refused', async (t) => {
  const answers: Record<string, string>[] = [{ location: '/again' }, {}, { location: 'file:///etc/passwd' }];
  for (const headers of answers) {
    const { code } = await fails(t, { behavior: { instead: () => ({ status: 302, headers }) } });
    t.is(code, 'download-failed');
  }
});

test('a refusal is final; a busy server is asked again', async (t) => {
  for (const status of [401, 403, 404]) {
    const { code, message, server } = await fails(t, { behavior: { instead: () => ({ status }) } });
    t.is(code, 'download-failed');
    t.regex(message, new RegExp(`HTTP ${status}`));
    t.is(server.requests.length, 1);
  }
  await succeeds(t, { behavior: { instead: (_path, n) => (n % 2 === 0 ? { status: 503 } : undefined) } });
});

test('a server that is silent is given up', async (t) => {
  const { code } = await fails(t, {
    behavior: { delayMs: 60_000 },
    options: { silenceMs: 300, attempts: 1 },
  });
  t.is(code, 'download-failed');
});

test('a connection that falls silent is taken up again', async (t) => {
  const { server } = await succeeds(t, {
    behavior: { stallAfter: (n) => (n === 2 ? 10_000 : undefined) },
    options: { silenceMs: 400 },
  });
  t.is(server.requests.length, 4);
});

test('a zip archive has its directory at the end, so a large one needs a server with ranges', async (t) => {
  await succeeds(t, { content: archiveFile() });
  await succeeds(t, { content: archiveFile(), behavior: { ranges: false } });
  const content = archiveFile(wholeModel, { 'archive/more': new Uint8Array(3e6) });
  await succeeds(t, { content });
  const { code, message } = await fails(t, { content, behavior: { ranges: false } });
  t.is(code, 'download-failed');
  t.regex(message, /zip archive on a server that cannot send parts/);
});

test('a web page in place of the file is named', async (t) => {
  const { code, message } = await fails(t, { content: Buffer.from('<!doctype html><p>Log in</p>') });
  t.is(code, 'weights-invalid');
  t.regex(message, /is a web page/);
});

test('reads the whole file on request, and compares its SHA-256 with what the server says', async (t) => {
  const announced = (digest: string): Behavior => ({
    instead: (path) =>
      path === '/cdn'
        ? undefined
        : { status: 302, headers: { location: '/cdn', 'x-linked-etag': `"${digest}"` } },
    cutAfter: (n) => (n % 4 === 3 ? 100_000 : undefined),
  });
  const options = { whole: true };
  const { fetched } = await succeeds(t, { behavior: announced(sha256(modelFile)), options });
  t.is(fetched?.sourceSha256, sha256(modelFile));
  t.is(fetched?.comparedWith, 'server');
  const { code, message } = await fails(t, { behavior: announced('0'.repeat(64)), options });
  t.is(code, 'weights-invalid');
  t.regex(message, /the SHA-256 of .* is [0-9a-f]{64}, not 0{64}/);
});

test('tries the addresses of the publishers in order, and checks size and digest of each', async (t) => {
  const folder = await temporaryFolder(t);
  const gone = await faultyServer(t, modelFile, { instead: () => ({ status: 404 }) });
  const good = await faultyServer(t, legacyFile());
  const file = { url: `${good.origin}/b.pth`, sizeBytes: legacyFile().length, sha256: sha256(legacyFile()) };
  const spec = { ...tiny, files: [{ url: `${gone.origin}/a` }, file] };
  const fallbacks: string[] = [];
  const onFallback = (error: WildstyleError, next: string) => fallbacks.push(`${error.code} ${next}`);
  const fetched = await fetchWeights('tiny', spec, { folder, onFallback });
  t.deepEqual(fallbacks, [`download-failed ${file.url}`]);
  t.is(fetched.from, file.url);
  // The whole file is only worth reading where a digest is known.
  const whole = await fetchWeights('tiny', spec, { folder, whole: true });
  t.is(whole.comparedWith, 'published');
  t.is(gone.requests.length, 1);
  const wrong = (changes: object) => ({ ...tiny, files: [{ ...file, ...changes }] });
  await t.throwsAsync(fetchWeights('tiny', wrong({ sizeBytes: 5 }), { folder }), { code: 'download-failed' });
  await t.throwsAsync(fetchWeights('tiny', wrong({ sha256: '0' }), { folder, whole: true }), {
    code: 'weights-invalid',
  });
  t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile, 'the good file is still there');
});

test('takes a file on this disk', async (t) => {
  const folder = await temporaryFolder(t);
  const from = join(folder, 'model.pth');
  await writeFile(from, legacyFile());
  await fetchWeights('tiny', tiny, { from, folder });
  t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile);
  await t.throwsAsync(fetchWeights('tiny', tiny, { from: 'ftp://a/b', folder }), { code: 'download-failed' });
  await t.throwsAsync(fetchWeights('tiny', tiny, { from: join(folder, 'none'), folder }), {
    code: 'weights-missing',
  });
});

test('two commands do not fetch the same weights at a time', async (t) => {
  const folder = await temporaryFolder(t);
  const { origin } = await faultyServer(t, modelFile, { delayMs: 200 });
  const options = { from: `${origin}/x`, folder };
  const both = await Promise.allSettled([1, 2].map(() => fetchWeights('tiny', tiny, options)));
  const refused = both.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  t.deepEqual(refused, ['output-in-use']);
  t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile);
});
