import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fetchWeights } from '../../src/weights/fetch.js';
import { temporaryFolder } from '../dataset/support.js';
import { faultyServer } from './faulty-server.js';
import { expectedFile, modelFile, tiny } from './tiny-network.js';

/** A proxy that tunnels and forwards, and notes where to. */
async function proxy(t: ExecutionContext) {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    targets.push(new URL(request.url ?? '').host);
    forward(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket) => {
    targets.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) {
      sockets.add(end);
      end.on('error', () => {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { targets, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
const before = names.map((name) => [name, process.env[name]] as const);
test.beforeEach(() => {
  for (const name of names) delete process.env[name];
});
test.after.always(() => {
  for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
});

test.serial('goes through the proxy in the environment, except to the hosts in NO_PROXY', async (t) => {
  const { targets, address } = await proxy(t);
  const { origin } = await faultyServer(t, modelFile);
  const { host, hostname } = new URL(origin);
  const fetched = async () => {
    const folder = await temporaryFolder(t);
    await fetchWeights('tiny', tiny, { from: `${origin}/x`, folder });
    t.deepEqual(await readFile(join(folder, 'tiny.safetensors')), expectedFile);
  };
  process.env.HTTP_PROXY = address;
  await fetched();
  t.true(targets.length > 0);
  t.true(targets.every((target) => target === host));
  const count = targets.length;
  process.env.NO_PROXY = hostname;
  await fetched();
  t.is(targets.length, count);
});

test.serial('a proxy that is not there is named as a connection that failed', async (t) => {
  process.env.HTTP_PROXY = 'http://127.0.0.1:9';
  const { origin } = await faultyServer(t, modelFile);
  const options = { from: `${origin}/x`, folder: await temporaryFolder(t), attempts: 2, pauseMs: 1 };
  await t.throwsAsync(fetchWeights('tiny', tiny, options), { code: 'download-failed' });
});
