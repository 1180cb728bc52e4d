/** A server on this machine that does what bad servers do. @module */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';

export interface Behavior {
  /** Whether it answers ranges. Default true. */
  readonly ranges?: boolean;
  /** After how many bytes of the body the connection breaks, by number of the request; undefined: never. */
  readonly cutAfter?: (request: number) => number | undefined;
  /** After how many bytes of the body it falls silent. */
  readonly stallAfter?: (request: number) => number | undefined;
  /** The content of each request. */
  readonly contentOf?: (request: number) => Uint8Array;
  readonly etagOf?: (request: number) => string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers that are no files: the status and headers for a path and number. */
  readonly instead?: (
    path: string,
    request: number,
  ) => { status: number; headers?: Record<string, string> } | undefined;
  /** What it says instead of the true range. */
  readonly contentRange?: string;
  readonly delayMs?: number;
}

export interface FaultyServer {
  readonly origin: string;
  /** The range and path of each request. */
  readonly requests: { path: string; range: string | undefined }[];
  /** Bytes of bodies that were written. */
  readonly sentBytes: () => number;
}

/** Serves the content until the test ends. */
export async function faultyServer(
  t: ExecutionContext,
  content: Uint8Array,
  behavior: Behavior = {},
): Promise<FaultyServer> {
  const requests: FaultyServer['requests'] = [];
  let sentBytes = 0;
  const sockets = new Set<Socket>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = requests.push({ path: request.url ?? '', range: request.headers.range }) - 1;
    const instead = behavior.instead?.(request.url ?? '', number);
    if (instead) {
      response.writeHead(instead.status, instead.headers).end();
      return;
    }
    if (behavior.delayMs) await sleep(behavior.delayMs);
    const bytes = behavior.contentOf?.(number) ?? content;
    const etag = behavior.etagOf ? behavior.etagOf(number) : '"one"';
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const isPart =
      behavior.ranges !== false &&
      from !== undefined &&
      [etag, undefined].includes(request.headers['if-range'] as string);
    const [begin, end] = isPart ? [Number(from), Math.min(Number(to) + 1, bytes.length)] : [0, bytes.length];
    const body = bytes.subarray(begin, end);
    response.writeHead(isPart ? 206 : 200, {
      'content-length': body.length,
      ...(etag !== undefined && { etag }),
      ...(isPart && {
        'content-range': behavior.contentRange ?? `bytes ${begin}-${end - 1}/${bytes.length}`,
      }),
      ...behavior.headers,
    });
    const stall = behavior.stallAfter?.(number);
    if (stall !== undefined) {
      response.write(body.subarray(0, stall));
      return;
    }
    const cut = behavior.cutAfter?.(number);
    const sent = cut === undefined ? body : body.subarray(0, cut);
    sentBytes += sent.length;
    if (cut === undefined || cut >= body.length) response.end(body);
    else response.write(sent, () => setTimeout(() => request.socket.destroy(), 20));
  }

  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests, sentBytes: () => sentBytes };
}
