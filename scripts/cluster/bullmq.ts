/**
 * Runs a job on a queue in Redis, with workers that are killed at random, and compares the dataset with that of an
 * undisturbed run: `npm run cluster:bullmq`. Needs `redis-server`. Prints one JSON object; exits with 1 if anything differs.
 * Stops what it started, by process id.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { childrenOf, mainFile, wildstyle } from '../../test/support/command-line.js';
import { treeOf } from '../../test/support/dataset-tree.js';
import { startRedis } from '../../test/support/redis.js';
import { type SmallJob, smallJob } from '../../test/support/small-job.js';

const shards = 8;
const workers = 4;
const kills = 6;
const longestPauseMs = 6000;
const timeLimitMs = 15 * 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const job = await smallJob({ recipe: { steps: 60 } });
  const redis = await startRedis(job.folder);
  if (!redis) throw new Error('redis-server is missing: apt-get install redis-server');
  const { address } = redis;
  const going: ChildProcess[] = [];
  try {
    const undisturbed = join(job.folder, 'undisturbed');
    await successOf(['run', job.file, '--out', undisturbed], job);
    const submit = ['submit', job.file, '--to', 'bullmq', '--queue', address, '--shards', `${shards}`];
    await successOf(submit, job);
    // What is there already is not added again.
    await successOf(submit, job);
    const told: string[] = [];
    const start = () => {
      const worker = startWorker(job, address, (text) => told.push(text));
      going.push(worker);
      return worker;
    };
    const fleet = Array.from({ length: workers }, start);
    const startMs = performance.now();
    let killed = 0;
    while (!(await isComplete(job.out))) {
      if (performance.now() - startMs > timeLimitMs)
        throw new Error(`not complete in time:\n${told.join('')}`);
      await sleep(Math.random() * longestPauseMs);
      if (killed >= kills) continue;
      const index = Math.floor(Math.random() * workers);
      // As a machine that goes off does; every other time, the worker alone.
      if (killed++ % 2 === 0) killTree(fleet[index].pid);
      else fleet[index].kill('SIGKILL');
      fleet[index] = start();
    }
    for (const worker of fleet) worker.kill('SIGTERM');
    await Promise.all(fleet.map((worker) => worker.exitCode ?? once(worker, 'exit')));
    const [tree, whole] = [await treeOf(job.out), await treeOf(undisturbed)];
    const { problems } = await verifyDataset(job.out);
    const isEqual = isDeepStrictEqual(tree.files, whole.files) && tree.resultDigest === whole.resultDigest;
    const ids = new Set(tree.records.map(({ id }) => id));
    const result = {
      ...{ workers, shards, kills: killed, items: tree.records.length },
      itemsTwice: tree.records.length - ids.size,
      problems: problems.length,
      treeEqual: isEqual,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return isEqual && problems.length === 0 && result.itemsTwice === 0 && killed > 0 ? 0 : 1;
  } finally {
    for (const worker of going) if (worker.exitCode === null) killTree(worker.pid);
    await redis.stop();
    await job.remove();
  }
}

function startWorker({ cache }: SmallJob, address: string, tell: (text: string) => void): ChildProcess {
  const worker = spawn(process.execPath, [mainFile, 'worker', '--queue', address], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (text: Buffer) => tell(`${text}`));
  return worker;
}

/** Kills a process with all below it. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  const below = childrenOf(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
  for (const child of below) killTree(child);
}

async function successOf(args: readonly string[], job: SmallJob): Promise<void> {
  const { exitCode, stderr } = await wildstyle(args, job);
  if (exitCode !== 0) throw new Error(stderr);
}

async function isComplete(root: string): Promise<boolean> {
  return treeOf(root).then(
    ({ status }) => status === 'complete',
    () => false,
  );
}
