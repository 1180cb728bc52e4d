import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { lockOutput } from '../../src/dataset/lock.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { WildstyleError } from '../../src/errors.js';
import { filesBelow, temporaryFolder } from './support.js';

const startedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

async function leaveLock(root: string, pid: number, host = hostname()): Promise<void> {
  const paths = outputPaths(root);
  await mkdir(paths.lock, { recursive: true });
  await writeFile(paths.lockOwner, JSON.stringify({ pid, host, startedAt: startedAt.toISOString() }));
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('a second run is refused with the name of the lock holder, and admitted after its release', async (t) => {
  const root = join(await temporaryFolder(t), 'out');
  const release = await lockOutput(root, { startedAt });
  const error = await t.throwsAsync(lockOutput(root, { startedAt }), { instanceOf: WildstyleError });
  t.is(error?.code, 'output-in-use');
  t.regex(String(error?.message), new RegExp(`process ${process.pid} on .*, since 2026-01-02T03:04:05.000Z`));
  await release();
  t.deepEqual(await filesBelow(root), []);
  await (await lockOutput(root, { startedAt }))();
});

test('takes over the lock of a dead process on this machine immediately', async (t) => {
  const root = await temporaryFolder(t);
  await leaveLock(root, await deadProcess());
  const release = await lockOutput(root, { startedAt });
  t.is(JSON.parse(await readFile(outputPaths(root).lockOwner, 'utf8')).pid, process.pid);
  await release();
});

test('respects a lock held on another machine', async (t) => {
  const root = await temporaryFolder(t);
  await leaveLock(root, await deadProcess(), 'elsewhere');
  const error = await t.throwsAsync(lockOutput(root, { startedAt }), { instanceOf: WildstyleError });
  t.regex(String(error?.message), /on elsewhere/);
});

test('of several runs that find a dead lock, exactly one takes it over', async (t) => {
  const root = await temporaryFolder(t);
  await leaveLock(root, await deadProcess());
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => lockOutput(root, { startedAt })));
  const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  t.is(taken.length, 1);
  await taken[0]?.value();
});

test('writes nothing to a folder that is not a dataset', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'thesis.doc'), 'x');
  const error = await t.throwsAsync(lockOutput(root, { startedAt }), { instanceOf: WildstyleError });
  t.is(error?.code, 'output-foreign');
  t.deepEqual(await filesBelow(root), ['thesis.doc']);
});

test('releasing the lock of a deleted folder is not an error', async (t) => {
  const root = join(await temporaryFolder(t), 'out');
  const release = await lockOutput(root, { startedAt });
  await rm(root, { recursive: true });
  await t.notThrowsAsync(release());
});
