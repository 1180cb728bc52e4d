/** A Redis for tests and scripts. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A running Redis. */
export interface RedisServer {
  /** For `--queue`. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** Starts `redis-server` on this machine, without files. @returns undefined if it is not installed */
export async function startRedis(folder: string): Promise<RedisServer | undefined> {
  const port = await freePort();
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  // Without an eviction policy: a queue must lose nothing.
  const server = spawn('redis-server', [...settings, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const isStarted = await new Promise<boolean>((resolve) => {
    server.on('error', () => resolve(false));
    server.on('exit', () => resolve(false));
    server.stdout.on('data', (text: Buffer) => text.includes('Ready to accept connections') && resolve(true));
  });
  return isStarted ? { address: `redis://127.0.0.1:${port}`, stop: () => stop(server) } : undefined;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}
