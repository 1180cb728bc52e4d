import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { lockOutput, writerOf } from '../../src/dataset/lock.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { WildstyleError } from '../../src/errors.js';
import { type Holder, lockFilePath, lockFiles } from '../../src/files/lock/lock-files.js';
import { livenessOf, thisProcess } from '../../src/files/lock/process-identity.js';
import { publishFile } from '../../src/files/publish.js';
import { filesBelow, temporaryFolder } from './support.js';

const startedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
const quick = { startedAt, heartbeatMs: 50 };

/** Leaves the file of a holder that never touches it again. */
async function leaveLock(root: string, changes: Partial<Holder>, modified?: Date): Promise<string> {
  const paths = outputPaths(root);
  await mkdir(paths.lock, { recursive: true });
  const path = lockFilePath(paths.lock, 1);
  await writeFile(path, JSON.stringify({ ...thisProcess(), startedAt: startedAt.toISOString(), ...changes }));
  if (modified) await utimes(path, modified, modified);
  return path;
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function refused(t: ExecutionContext, root: string, options = quick): Promise<WildstyleError> {
  const error = await t.throwsAsync(lockOutput(root, options), { instanceOf: WildstyleError });
  t.is(error?.code, 'output-in-use');
  return error as WildstyleError;
}

const ago = (ms: number) => new Date(Date.now() - ms);

test('a second run is refused with the name of the lock holder, and admitted after its release', async (t) => {
  const root = join(await temporaryFolder(t), 'out');
  const lock = await lockOutput(root, { startedAt });
  const error = await refused(t, root);
  t.regex(String(error.message), new RegExp(`process ${process.pid} on .*, since 2026-01-02T03:04:05.000Z`));
  await lock.release();
  t.is(await writerOf(root), undefined);
  const next = await lockOutput(root, { startedAt });
  t.is(next.generation, lock.generation + 1, 'numbers never repeat');
  await next.release();
  t.deepEqual(await readdir(outputPaths(root).lock), ['000002.released'], 'and nothing piles up');
});

test('takes over the lock of a dead process on this machine immediately', async (t) => {
  const root = await temporaryFolder(t);
  const path = await leaveLock(root, { pid: await deadProcess() });
  const lock = await lockOutput(root, { startedAt });
  t.is(lock.generation, 2);
  await t.throwsAsync(readFile(path), { code: 'ENOENT' });
  t.like(await writerOf(root), { pid: process.pid });
  await lock.release();
});

test('a process with the number of a dead one is told apart by its start', async (t) => {
  const root = await temporaryFolder(t);
  const { startedTicks } = thisProcess();
  if (startedTicks === undefined) {
    t.log('this system does not tell when a process started');
    t.pass();
    return;
  }
  t.is(livenessOf({ ...thisProcess(), startedTicks: '1' }), 'dead');
  await leaveLock(root, { startedTicks: '1' });
  await (await lockOutput(root, { startedAt })).release();
});

test('a lock that moves is respected, whatever its clock says; one that does not is taken over', async (t) => {
  for (const [what, modified] of [
    ['an hour behind', ago(3600e3)],
    ['an hour ahead', ago(-3600e3)],
  ] as const) {
    const root = await temporaryFolder(t);
    const path = await leaveLock(root, { host: 'elsewhere' }, modified);
    let beats = 0;
    const beating = setInterval(() => {
      const at = new Date(modified.getTime() + 1000 * ++beats);
      void utimes(path, at, at);
    }, 30);
    const waits: unknown[] = [];
    const error = await t.throwsAsync(lockOutput(root, { ...quick, onWait: (holder) => waits.push(holder) }));
    clearInterval(beating);
    t.regex(String(error?.message), /on elsewhere/, what);
    t.is(waits.length, 1);
    await sleep(100);
    await (await lockOutput(root, quick)).release();
  }
});

test('a fresh lock of another machine, or of another container with the same name, is respected', async (t) => {
  const root = await temporaryFolder(t);
  await leaveLock(root, { host: 'elsewhere', pid: await deadProcess() });
  t.regex((await refused(t, root, { ...quick, heartbeatMs: 5000 })).message, /on elsewhere/);
  const other = await temporaryFolder(t);
  await leaveLock(other, { space: 'another boot, pid:[1]', pid: await deadProcess() });
  await refused(t, other, { ...quick, heartbeatMs: 5000 });
});

test('a file that cannot be read is respected while it is fresh', async (t) => {
  const root = await temporaryFolder(t);
  await leaveLock(root, {});
  await writeFile(lockFilePath(outputPaths(root).lock, 1), '');
  await refused(t, root, { ...quick, heartbeatMs: 5000 });
  t.deepEqual(await writerOf(root), {});
  await sleep(120);
  await (await lockOutput(root, quick)).release();
});

test('of several runs that find a dead lock, exactly one takes it over', async (t) => {
  for (let round = 0; round < 10; round++) {
    const root = await temporaryFolder(t);
    await leaveLock(root, { pid: await deadProcess() });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => lockOutput(root, { startedAt })));
    const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    t.is(taken.length, 1);
    t.deepEqual((await lockFiles(outputPaths(root).lock)).length, 1);
    await taken[0]?.value.release();
  }
});

test('a run that lost its lock writes nothing any more, and is told', async (t) => {
  const root = await temporaryFolder(t);
  const { temporaryFolder: folder, lock: lockFolder } = outputPaths(root);
  const told: string[] = [];
  const first = await lockOutput(root, { ...quick, onLost: ({ code }) => told.push(code) });
  await publishFile(join(root, 'a.txt'), 'first', { temporaryFolder: folder, fileSystem: first.fileSystem });
  // Another run took over while this one slept.
  await writeFile(lockFilePath(lockFolder, 2), JSON.stringify({ ...thisProcess(), startedAt: '' }));
  await rm(lockFilePath(lockFolder, 1));
  const error = await t.throwsAsync(
    publishFile(join(root, 'a.txt'), 'second', { temporaryFolder: folder, fileSystem: first.fileSystem }),
    { instanceOf: WildstyleError },
  );
  t.is(error?.code, 'lock-lost');
  await t.throwsAsync(first.fileSystem.unlink(join(root, 'a.txt')), { message: /lost its lock/ });
  t.is(await readFile(join(root, 'a.txt'), 'utf8'), 'first');
  await sleep(120);
  t.is(told[0], 'lock-lost');
  await first.release();
  t.deepEqual(
    (await lockFiles(lockFolder)).map(({ generation, isReleased }) => [generation, isReleased]),
    [[2, false]],
    'and does not release the lock of the other',
  );
});

test('whatever a run had begun to write when it lost its lock cannot be published any more', async (t) => {
  const root = await temporaryFolder(t);
  const { temporaryFolder: folder } = outputPaths(root);
  await leaveLock(root, { pid: await deadProcess() });
  // The run was suspended after its last check and before the rename.
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'a.jpg.0000.tmp'), 'image');
  const lock = await lockOutput(root, { startedAt });
  t.deepEqual(await readdir(folder), []);
  await lock.release();
});

test('a suspended process loses its lock to the next run, not to a hasty one', async (t) => {
  const root = await temporaryFolder(t);
  const lockModule = new URL('../../src/dataset/lock.js', import.meta.url).href;
  const script = `const { lockOutput } = await import(${JSON.stringify(lockModule)});
    const lock = await lockOutput(${JSON.stringify(root)}, { startedAt: new Date(), heartbeatMs: 50 });
    console.log('locked');
    process.stdin.once('data', async () => {
      await lock.fileSystem.mkdir(${JSON.stringify(join(root, 'late'))}).catch((e) => console.log(e.code));
      process.exit();
    });`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('locked')) await sleep(20);
  await refused(t, root);
  if (process.platform === 'win32') return;
  child.kill('SIGSTOP');
  await sleep(150);
  const lock = await lockOutput(root, quick);
  child.kill('SIGCONT');
  child.stdin?.write('go\n');
  await once(child, 'exit');
  t.regex(output, /lock-lost/);
  t.deepEqual((await filesBelow(root)).length, 1, 'only the file of the lock');
  await lock.release();
});

test('what an older version left does not matter', async (t) => {
  const root = await temporaryFolder(t);
  const { lock, workFolder } = outputPaths(root);
  await mkdir(`${lock}-break`, { recursive: true });
  await mkdir(lock);
  await writeFile(join(workFolder, 'lock-owner.json'), '{"pid":1}');
  await t.notThrowsAsync(async () => (await lockOutput(root, { startedAt })).release());
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
  const lock = await lockOutput(root, { startedAt });
  await rm(root, { recursive: true });
  await t.notThrowsAsync(lock.release());
});
