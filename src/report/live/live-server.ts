/** Serves the live view of a folder on this machine only. Reads, and never writes. @module */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { livePage } from './live-page.js';
import { type LiveState, liveState } from './live-state.js';
import { NewestRecords } from './newest-records.js';
import { readServedFile } from './served-file.js';

/** A live view that is being served. */
export interface LiveServer {
  /** With a token that nobody can guess. */
  readonly url: string;
  /** Settles when the run has ended: at once if none was in progress. */
  readonly runEnded: Promise<void>;
  /** Sends the last state, and stops. */
  readonly close: () => Promise<void>;
}

export interface LiveServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** How often the folder is looked at. */
  readonly everyMs?: number;
}

const shownImages = 48;
const loopback = '127.0.0.1';

/**
 * Serves the live view of a dataset folder on 127.0.0.1. Every address has a random token; requests under another host name,
 * from another origin or with another method than GET are refused.
 * @throws `dataset-invalid` later, through `runEnded`, if the folder is not that of a dataset; `option-invalid` if the port
 *   is taken
 */
export async function serveLive(root: string, options: LiveServerOptions = {}): Promise<LiveServer> {
  const { port = 0, everyMs = 1000 } = options;
  const token = randomBytes(24).toString('base64url');
  const page = await livePage(basename(root));
  const newest = new NewestRecords(shownImages);
  const listeners = new Set<ServerResponse>();
  let latest: LiveState | undefined;
  let sent = '';

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = admittedPath(request, token, (server.address() as AddressInfo).port);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (typeof path === 'number') {
      response.writeHead(path).end();
    } else if (path === '') {
      response.setHeader('content-security-policy', page.policy);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page.html);
    } else if (path === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
      if (latest) response.write(eventText('state', latest));
    } else {
      const file = await readServedFile(root, path);
      if (!file) response.writeHead(404).end();
      else response.setHeader('content-type', file.type).end(file.bytes);
    }
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `The port ${port} cannot be used (${cause.code}).`;
      reject(new WildstyleError('option-invalid', message, { cause }));
    });
    server.listen(port, loopback, resolve);
  });

  const look = async () => {
    latest = await liveState(root, newest);
    const text = JSON.stringify(latest);
    if (text === sent) return;
    sent = text;
    for (const listener of listeners) listener.write(eventText('state', latest));
  };
  const stopped = new AbortController();
  const runEnded = follow(look, () => latest, everyMs, stopped.signal);
  runEnded.catch(() => {});
  return {
    url: `http://${loopback}:${(server.address() as AddressInfo).port}/${token}/`,
    runEnded,
    async close() {
      stopped.abort();
      await look().catch(() => {});
      for (const listener of listeners) listener.end(latest && eventText('end', latest));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
        // A browser may keep its connection open.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}

/** Looks at the folder until its run ends, then on, until stopped. Settles when the run has ended. */
function follow(
  look: () => Promise<void>,
  latest: () => LiveState | undefined,
  everyMs: number,
  stopped: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const again = async () => {
      try {
        await look();
        if (!latest()?.isGoing) resolve();
      } catch (error) {
        reject(error);
      }
      if (!stopped.aborted) timer = setTimeout(again, everyMs);
    };
    stopped.addEventListener('abort', () => clearTimeout(timer));
    again();
  });
}

const headers = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** The path below the token, or the status of a refusal. */
function admittedPath(
  { method, url = '', headers: given }: IncomingMessage,
  token: string,
  port: number,
): string | number {
  // Another name for this machine may be that of a page that wants to read it (DNS rebinding).
  const hosts = [`${loopback}:${port}`, `localhost:${port}`];
  if (!hosts.includes(given.host ?? '')) return 403;
  if (given.origin !== undefined && !hosts.some((host) => given.origin === `http://${host}`)) return 403;
  if (method !== 'GET') return 405;
  const [, first = '', ...rest] = url.replace(/[?#].*$/s, '').split('/');
  const isToken = first.length === token.length && timingSafeEqual(Buffer.from(first), Buffer.from(token));
  if (!isToken || rest.length === 0) return 404;
  try {
    return rest.map(decodeURIComponent).join('/');
  } catch {
    return 400;
  }
}

/** A server-sent event. JSON has no line breaks. */
const eventText = (name: string, state: LiveState): string =>
  `event: ${name}\ndata: ${JSON.stringify(state)}\n\n`;
