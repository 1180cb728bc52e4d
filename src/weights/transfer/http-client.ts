/** Requests over HTTP: proxies from the environment, redirects, and errors that say what to do. @module */
import type { Readable } from 'node:stream';
import { WildstyleError } from '../../errors.js';

export interface HttpOptions {
  /** How long the server may be silent, in milliseconds. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** SHA-256 of the file according to the server, where it says so (Hugging Face, in `x-linked-etag`). */
  readonly announcedSha256?: string;
  readonly body: Readable;
}

const maximumRedirects = 5;
const defaultSilenceMs = 30_000;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A connection that broke. Trying again may help. */
export class ConnectionLost extends Error {}

/**
 * Sends GET requests, through the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
 */
export class HttpClient {
  #dispatcher: Promise<import('undici').EnvHttpProxyAgent> | undefined;

  constructor(private readonly options: HttpOptions = {}) {}

  /**
   * Requests an address and follows redirects. The body of the response must be read or destroyed.
   * @throws `download-failed` if the server refuses, or the address is not usable; {@link ConnectionLost}
   */
  async get(address: string, headers: Readonly<Record<string, string>>): Promise<HttpResponse> {
    let url = parseAddress(address);
    let announcedSha256: string | undefined;
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const response = await this.#send(url, headers);
      announcedSha256 ??= digestIn(response.headers['x-linked-etag']);
      if (!redirects.has(response.status)) {
        await checkStatus(address, response);
        return { ...response, ...(announcedSha256 !== undefined && { announcedSha256 }) };
      }
      response.body.destroy();
      const { location } = response.headers;
      if (!location) throw failed(`${address} redirects to nowhere (HTTP ${response.status}).`);
      const next = parseAddress(location, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw failed(`${address} redirects to ${next.origin}, which is not encrypted.`);
      url = next;
    }
    throw failed(`${address} redirects more than ${maximumRedirects} times.`);
  }

  async close(): Promise<void> {
    await (await this.#dispatcher)?.destroy();
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>): Promise<HttpResponse> {
    // Only downloads need the library, so no other command loads it.
    const { EnvHttpProxyAgent, request } = await import('undici');
    const { silenceMs = defaultSilenceMs, signal } = this.options;
    this.#dispatcher ??= Promise.resolve(
      new EnvHttpProxyAgent({
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
        connect: { timeout: silenceMs },
      }),
    );
    const dispatcher = await this.#dispatcher;
    try {
      const response = await request(url, {
        dispatcher,
        // Compression would change the meaning of ranges and lengths.
        headers: { ...headers, 'accept-encoding': 'identity', 'user-agent': 'wildstyle' },
        ...(signal && { signal }),
      });
      const body = response.body as unknown as Readable;
      // Destroying a body that is not read to its end emits an error.
      body.on('error', () => {});
      const plain = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      return { status: response.statusCode, headers: Object.fromEntries(plain), body };
    } catch (cause) {
      throw connectionError(url, cause);
    }
  }
}

function parseAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw failed(`${text} is not an address that can be downloaded.`, 'Use an https:// or http:// address.');
}

async function checkStatus(address: string, { status, headers, body }: HttpResponse): Promise<void> {
  const isPlain = [undefined, 'identity'].includes(headers['content-encoding']);
  if ((status === 200 || status === 206) && isPlain) return;
  body.destroy();
  if (status === 200 || status === 206)
    throw failed(`${address} sends compressed data (${headers['content-encoding']}).`);
  // A busy or broken server may answer the next time.
  if (status === 429 || status >= 500) throw new ConnectionLost(`the server answered HTTP ${status}`);
  throw failed(`${address} answers HTTP ${status}.`);
}

/** Errors of addresses and certificates, which another try does not fix. */
const lasting = /^(?:ENOTFOUND|ERR_INVALID|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

function connectionError(url: URL, cause: unknown): Error {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const why = message || code || 'the connection failed';
  if (lasting.test(code)) return failed(`${url.origin} cannot be reached: ${why}.`);
  return new ConnectionLost(why, { cause });
}

function digestIn(etag: string | undefined): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(etag ?? '')?.[1];
}

/** The error for a download that another try does not fix. */
export function failed(message: string, cure = otherWays): WildstyleError {
  return new WildstyleError('download-failed', message, { cure });
}

const otherWays =
  'Check the network and HTTPS_PROXY, give another address or a file with --from, or see docs/weights.md.';
