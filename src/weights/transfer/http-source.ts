/** A file behind an address: its identity, random access to its beginning, and streams of its bytes. @module */
import type { ByteSource } from '../tensors/byte-source.js';
import { ConnectionLost, failed, HttpClient, type HttpOptions, type HttpResponse } from './http-client.js';
import { type RetryOptions, withRetries } from './retry.js';

export interface HttpSource extends ByteSource {
  /** Changes if the file changes: size and, where the server sends them, validators. */
  readonly identity: string;
  /** Whether the server sends parts of the file. If not, every stream starts at the beginning. */
  readonly hasRanges: boolean;
  /** SHA-256 of the file according to the server. */
  readonly announcedSha256?: string;
  /**
   * Streams bytes, once, without retries.
   * @throws {@link ConnectionLost} if the stream ends early; `download-failed` if the file is no longer the same
   */
  readonly stream: (begin: number, end: number) => AsyncGenerator<Uint8Array>;
}

const headBytes = 1 << 16;
/** An address that does not answer at all is given up sooner than a download that has begun. */
const openAttempts = 3;
/** A server without ranges sends everything before the bytes that are wanted. */
const maximumSkippedBytes = 1 << 21;

interface Answer {
  readonly sizeBytes: number;
  readonly hasRanges: boolean;
  readonly identity: string;
  readonly validator: string | undefined;
}

/**
 * Opens a file behind an address and reads its beginning.
 * @throws `download-failed`; {@link ConnectionLost}
 */
export async function openHttpSource(
  address: string,
  options: HttpOptions & RetryOptions = {},
): Promise<HttpSource> {
  const client = new HttpClient(options);
  const rangeOf = (begin: number, end: number) => ({ range: `bytes=${begin}-${end - 1}` });
  let announcedSha256: string | undefined;

  async function* ask(
    begin: number,
    end: number,
    known?: Answer,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const validator = known?.validator !== undefined && { 'if-range': known.validator };
    const response = await client.get(address, { ...rangeOf(begin, end), ...validator });
    try {
      const answer = answerOf(address, response, begin);
      if (known && answer.identity !== known.identity) throw changed(address);
      yield* exactly(response, answer.hasRanges ? 0 : begin, Math.min(end, answer.sizeBytes) - begin);
    } finally {
      response.body.destroy();
    }
  }

  try {
    const [answer, head] = await withRetries({ ...options, attempts: openAttempts }, async () => {
      const response = await client.get(address, rangeOf(0, headBytes));
      try {
        announcedSha256 = response.announcedSha256;
        const answer = answerOf(address, response, 0);
        const head = await collect(exactly(response, 0, Math.min(headBytes, answer.sizeBytes)));
        return [answer, head] as const;
      } finally {
        response.body.destroy();
      }
    });
    return {
      name: address,
      sizeBytes: answer.sizeBytes,
      identity: answer.identity,
      hasRanges: answer.hasRanges,
      ...(announcedSha256 !== undefined && { announcedSha256 }),
      stream: (begin, end) => ask(begin, end, answer),
      async read(offset, lengthBytes) {
        const end = Math.min(answer.sizeBytes, offset + lengthBytes);
        if (end <= offset) return new Uint8Array(0);
        if (end <= head.length) return head.subarray(offset, end);
        if (!answer.hasRanges && offset > maximumSkippedBytes) throw needsRanges(address);
        return withRetries(options, async () => collect(ask(offset, end, answer)));
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Reads size, validators and, of a partial answer, its place, which must be the one that was asked for. */
function answerOf(address: string, { status, headers }: HttpResponse, begin: number): Answer {
  const { etag, 'last-modified': modified, 'content-range': range, 'content-length': length } = headers;
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? '') ?? [];
  if (status === 206 && Number(from) !== begin)
    throw failed(`${address} sends other bytes than requested (${range ?? 'no Content-Range'}).`);
  const sizeBytes = Number(status === 206 ? total : length);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0)
    throw failed(`${address} does not say how large the file is.`);
  const isStrong = etag !== undefined && !etag.startsWith('W/');
  return {
    sizeBytes,
    hasRanges: status === 206,
    identity: JSON.stringify([sizeBytes, etag ?? modified ?? null]),
    validator: isStrong ? etag : undefined,
  };
}

/** Yields bytes of a body: skips some, then exactly as many as asked for. */
async function* exactly(
  { body }: HttpResponse,
  skippedBytes: number,
  lengthBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let skip = skippedBytes;
  let left = lengthBytes;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const useful = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= useful.length;
      if (useful.length > 0) yield useful;
      if (left === 0) return;
    }
  } catch (cause) {
    throw new ConnectionLost((cause as Error).message || 'the connection broke', { cause });
  }
  if (left > 0) throw new ConnectionLost(`the connection ended ${left} bytes early`);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function changed(address: string): Error {
  return failed(`${address} has changed during the download.`, 'Run the command again: it starts over.');
}

function needsRanges(address: string): Error {
  return failed(
    `${address} is a zip archive on a server that cannot send parts of a file.`,
    'Download it whole, then run: wildstyle weights fetch NETWORK --from FILE.',
  );
}
