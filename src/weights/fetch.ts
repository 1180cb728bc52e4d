/** Fetches the convolutions of a network into the cache folder. @module */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asWildstyleError, WildstyleError } from '../errors.js';
import { sha256OfFile } from '../files/digest.js';
import { cachedWeightsFile, weightsFolder } from './cache.js';
import { convolutionsIn, type NeededTensor } from './convolutions.js';
import { withFetchLock } from './fetch-lock.js';
import { publishTensors, readTensors } from './pack.js';
import type { PublishedFile, PublishedWeights } from './published.js';
import { type ByteSource, openFileSource } from './tensors/byte-source.js';
import { openTensorFile } from './tensors/tensor-file.js';
import { downloadSpans } from './transfer/download.js';
import { ConnectionLost, failed, type HttpOptions } from './transfer/http-client.js';
import { type HttpSource, openHttpSource } from './transfer/http-source.js';
import { PartialFile } from './transfer/partial-file.js';
import type { RetryOptions } from './transfer/retry.js';
import { coveringSpans, type Span, storedOffset, totalBytes } from './transfer/spans.js';
import { checkValues, invalid, originOf } from './verify.js';

export interface FetchOptions extends HttpOptions, RetryOptions {
  /** An address or a file instead of the publishers' addresses. */
  readonly from?: string;
  /** Read the whole file, not only the convolutions, and check its SHA-256. */
  readonly whole?: boolean;
  /** Where to store the file; default: `weights` in the cache folder. */
  readonly folder?: string;
  /** Called before the download begins. */
  readonly onStart?: (start: FetchStart) => void;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Called if a publisher's address failed and the next one is tried. */
  readonly onFallback?: (error: WildstyleError, next: string) => void;
}

export interface FetchStart {
  readonly from: string;
  readonly wantedBytes: number;
  readonly fileBytes: number;
  /** What an earlier attempt already got. */
  readonly doneBytes: number;
  /** False if the server ignores ranges, so that more must be read. */
  readonly hasRanges: boolean;
}

export interface Fetched {
  readonly from: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly fetchedBytes: number;
  readonly fileBytes: number;
  /** SHA-256 of the whole file that was read; undefined if only parts of it were. */
  readonly sourceSha256: string | undefined;
  /** What that digest was compared with. */
  readonly comparedWith: 'published' | 'server' | 'nothing';
}

/**
 * Fetches the weights of a network. Reads the beginning of the file, then only the convolutions, and resumes what an earlier
 * call began. Nothing appears in the cache folder before all checks have passed.
 * @throws `download-failed`, `download-interrupted`, `weights-invalid`, `weights-missing`, `output-in-use`, `disk-full`,
 *   `output-unwritable`
 */
export async function fetchWeights(
  network: string,
  spec: PublishedWeights,
  wished: FetchOptions = {},
): Promise<Fetched> {
  const options = { ...wished, whole: wished.whole || spec.isWhole === true };
  return withFetchLock(options.folder ?? weightsFolder(), network, async () => {
    const given = options.from === undefined ? undefined : [{ url: options.from }];
    // A file without a known digest gains nothing from being read whole.
    const files = given ?? (options.whole ? spec.files.filter(({ sha256 }) => sha256) : spec.files);
    for (const [index, file] of files.entries()) {
      try {
        return await fetchFile(network, spec, file, options);
      } catch (error) {
        const next = files[index + 1];
        const known = asWildstyleError(error);
        if (!next || known.code !== 'download-failed') throw error;
        options.onFallback?.(known, next.url);
      }
    }
    throw failed(`No address is known for ${spec.title}.`);
  });
}

async function fetchFile(
  network: string,
  spec: PublishedWeights,
  published: PublishedFile,
  options: FetchOptions,
): Promise<Fetched> {
  if (!/^https?:/i.test(published.url)) return fetchLocal(network, spec, published, options);
  const source = await openHttpSource(published.url, options).catch((error: unknown) => {
    if (!(error instanceof ConnectionLost)) throw error;
    throw failed(`${published.url} cannot be reached: ${error.message}.`);
  });
  try {
    checkSize(published, source);
    const tensors = await openTensorFile(source).catch((error: unknown) => {
      throw error instanceof ConnectionLost ? failed(`${source.name}: ${error.message}.`) : error;
    });
    const needed = convolutionsIn(tensors, spec);
    const spans = options.whole ? [{ begin: 0, end: source.sizeBytes }] : coveringSpans(partsOf(needed));
    return await download(network, spec, published, source, needed, spans, options);
  } finally {
    await source.close();
  }
}

async function download(
  network: string,
  spec: PublishedWeights,
  published: PublishedFile,
  source: HttpSource,
  needed: readonly NeededTensor[],
  spans: readonly Span[],
  options: FetchOptions,
): Promise<Fetched> {
  const { name: from, sizeBytes: fileBytes, hasRanges } = source;
  const wantedBytes = totalBytes(spans);
  const identity = JSON.stringify({ from, version: source.identity, spans });
  const partial = await PartialFile.open(
    join(options.folder ?? weightsFolder(), `${network}.partial`),
    identity,
  );
  try {
    options.onStart?.({ from, wantedBytes, fileBytes, doneBytes: partial.bytes, hasRanges });
    await downloadSpans(source, spans, partial, {
      ...options,
      onProgress: (done) => options.onProgress?.(done, wantedBytes),
    });
  } finally {
    await partial.close();
  }
  const stored = await openFileSource(partial.path);
  try {
    const expected = published.sha256 ?? source.announcedSha256;
    const sourceSha256 = options.whole ? await sha256OfFile(partial.path) : undefined;
    if (sourceSha256 !== undefined) checkDigest(from, sourceSha256, expected);
    const kept = await store(network, spec, withOffsets(stored, spans), needed, options);
    const comparedWith =
      sourceSha256 === undefined || expected === undefined
        ? 'nothing'
        : published.sha256
          ? 'published'
          : 'server';
    await partial.remove();
    return { ...kept, from, fileBytes, fetchedBytes: wantedBytes, sourceSha256, comparedWith };
  } catch (error) {
    // Wrong bytes must not be resumed. Right ones stay if only the disk is full.
    if (asWildstyleError(error).code === 'weights-invalid') await partial.remove();
    throw error;
  } finally {
    await stored.close();
  }
}

async function fetchLocal(
  network: string,
  spec: PublishedWeights,
  { url }: PublishedFile,
  options: FetchOptions,
): Promise<Fetched> {
  if (/^[a-z][a-z+.-]+:/i.test(url) && !url.startsWith('file:'))
    throw failed(`${url} is not an address that can be downloaded.`, 'Use an https:// address or a file.');
  const source = await openFileSource(url.startsWith('file:') ? fileURLToPath(url) : url);
  try {
    const needed = convolutionsIn(await openTensorFile(source), spec);
    const { name: from, sizeBytes: fileBytes } = source;
    const sourceSha256 = options.whole ? await sha256OfFile(from) : undefined;
    const expected = spec.files.find(({ sizeBytes }) => sizeBytes === fileBytes)?.sha256;
    if (sourceSha256 !== undefined) checkDigest(from, sourceSha256, expected);
    const kept = await store(network, spec, source, needed, options);
    const comparedWith = sourceSha256 !== undefined && expected !== undefined ? 'published' : 'nothing';
    return { ...kept, from, fileBytes, fetchedBytes: 0, sourceSha256, comparedWith };
  } finally {
    await source.close();
  }
}

async function store(
  network: string,
  spec: PublishedWeights,
  source: ByteSource,
  needed: readonly NeededTensor[],
  { folder }: FetchOptions,
): Promise<{ file: string; bytes: number; sha256: string }> {
  const tensors = await readTensors(source, needed);
  checkValues(tensors);
  const [published] = spec.origins;
  if (published.firstFilter && originOf(tensors, spec) !== published) {
    const [first] = Object.values(tensors);
    throw new WildstyleError(
      'weights-invalid',
      `These are not the weights of ${published.name}: the first filter begins with ${first.data[0]}, not ${published.firstFilter[0]}.`,
      { cure: 'If you want these weights, download the file and run: wildstyle weights convert FILE.' },
    );
  }
  const file = cachedWeightsFile(network, folder);
  const half = needed.every(({ place }) => place.dtype === 'F16');
  return {
    file,
    ...(await publishTensors(file, tensors, { network, preprocess: published.preprocess, half })),
  };
}

const partsOf = (needed: readonly NeededTensor[]): Span[] =>
  needed.map(({ place: { offset, lengthBytes } }) => ({ begin: offset, end: offset + lengthBytes }));

/** Reads stored spans by their offsets in the file from which they come. */
function withOffsets(stored: ByteSource, spans: readonly Span[]): ByteSource {
  return {
    ...stored,
    read: (offset, lengthBytes) => stored.read(storedOffset(spans, offset) ?? stored.sizeBytes, lengthBytes),
  };
}

function checkSize({ url, sizeBytes }: PublishedFile, source: ByteSource): void {
  if (sizeBytes === undefined || sizeBytes === source.sizeBytes) return;
  throw failed(`${url} has ${source.sizeBytes} bytes, but was published with ${sizeBytes}.`);
}

function checkDigest(from: string, found: string, expected: string | undefined): void {
  if (expected === undefined || expected === found) return;
  throw invalid(`the SHA-256 of ${from} is ${found}, not ${expected}`);
}
