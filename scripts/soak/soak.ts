/**
 * Kills runs of a small job at random, for as long as it is told to, and compares every finished dataset with that of an
 * undisturbed run: `npm run soak -- --minutes 60`. Prints one JSON object; exits with 1 if anything was lost. Every run has
 * `--retry-failed`: without it, an image whose worker was killed twice stays recorded as failed.
 * @module
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readJournals } from '../../src/dataset/ledger/journals/read-journals.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { outputPaths } from '../../src/dataset/output-paths.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import {
  childrenOf,
  type Ended,
  type Going,
  startWildstyle,
  wildstyle,
} from '../../test/support/command-line.js';
import { imageDigests, type Tree, treeOf } from '../../test/support/dataset-tree.js';
import { type SmallJob, smallJob } from '../../test/support/small-job.js';

/** What a soak reports. */
interface SoakResult {
  /** What every run is given: with it, an image that failed because its worker was killed twice is tried again. */
  options: readonly string[];
  kills: number;
  /** Of these, of workers alone. */
  workerKills: number;
  /** Runs that were suspended, lost their lock to a successor, and woke up. */
  suspensions: number;
  resumes: number;
  /** Runs that recorded an image as failed because its worker was killed twice on it; the next run tries it again. */
  crashes: number;
  datasets: number;
  /** Items whose record was on disk before a kill and not after. */
  itemsLost: number;
  /** Files under a final name that are not those of an undisturbed run. */
  partialFiles: number;
  treeEqual: boolean;
  minutes: number;
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const random = randomFrom(Number(values.seed));
const runOptions = ['--retry-failed'];
const longestDelayMs = 6000;
const suspendedShare = 0.03;
/** A lock is fresh for 10 s, and watched for 20 s then; the machine may be loaded. */
const longestRefusalMs = 120_000;
const longestWakeMs = 300_000;

process.exitCode = await soak();

async function soak(): Promise<number> {
  const job = await smallJob({ recipe: { steps: 20 }, run: { workers: 2, threads: 1, batch: 1 } });
  const result: SoakResult = {
    options: runOptions,
    ...{ kills: 0, workerKills: 0, suspensions: 0, resumes: 0, crashes: 0, datasets: 0 },
    ...{ itemsLost: 0, partialFiles: 0 },
    treeEqual: true,
    minutes,
  };
  try {
    const undisturbed = join(job.folder, 'undisturbed');
    const { exitCode, stderr } = await wildstyle(['run', job.file, '--out', undisturbed], job);
    if (exitCode !== 0) throw new Error(stderr);
    const whole = await treeOf(undisturbed);
    const until = performance.now() + minutes * 60_000;
    while (performance.now() < until) await makeOne(job, whole, until, result);
  } catch (error) {
    process.stderr.write(`so far: ${JSON.stringify(result)}\n`);
    throw error;
  } finally {
    await job.remove();
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.itemsLost === 0 && result.partialFiles === 0 && result.treeEqual ? 0 : 1;
}

/** Makes one dataset, however often that is interrupted. */
async function makeOne(job: SmallJob, whole: Tree, until: number, result: SoakResult): Promise<void> {
  const root = join(job.folder, 'out');
  await rm(root, { recursive: true, force: true });
  let known = new Set<string>();
  for (let isResume = false; ; isResume = true) {
    if (isResume) result.resumes++;
    const going = startWildstyle(['run', job.file, '--out', root, ...runOptions], job);
    // When time is over, the last dataset is finished in peace.
    const ended = performance.now() < until ? await disturb(going, job, root, result) : await going.ended;
    result.partialFiles += await strangeFiles(root, whole);
    const now = await recorded(root);
    if (ended.exitCode === 0) break;
    if (ended.exitCode === 1 && hasOnlyCrashes(ended)) result.crashes++;
    else if (ended.exitCode !== null && ended.exitCode !== 75) throw failure(ended);
    for (const id of known) if (!now.has(id)) result.itemsLost++;
    known = now;
  }
  result.datasets++;
  const tree = await treeOf(root);
  const { problems } = await verifyDataset(root);
  const isEqual =
    isDeepStrictEqual(tree.files, whole.files) &&
    tree.resultDigest === whole.resultDigest &&
    problems.length === 0;
  if (!isEqual) result.treeEqual = false;
}

/** Interrupts a run in one of several ways, unless it ends before. */
async function disturb(going: Going, job: SmallJob, root: string, result: SoakResult) {
  const delay = sleep(random() * longestDelayMs).then(() => undefined);
  const early = await Promise.race([going.ended, delay]);
  if (early) return early;
  const workers = childrenOf(going.pid);
  const way = random();
  if (way < suspendedShare) return suspend(going, job, root, result);
  if (way < 0.4 && workers.length > 0) {
    kill(workers[Math.floor(random() * workers.length)], result);
    result.workerKills++;
    return disturb(going, job, root, result);
  }
  if (way > 0.8) for (const pid of workers) kill(pid, result);
  kill(going.pid, result);
  return going.ended;
}

/** Suspends a run and its workers, lets a successor end its work, and wakes it up. */
async function suspend(going: Going, job: SmallJob, root: string, result: SoakResult) {
  const pids = [going.pid, ...childrenOf(going.pid)];
  for (const pid of pids) signal(pid, 'SIGSTOP');
  const ended = await succeed(going.pid, job, root);
  for (const pid of pids) signal(pid, 'SIGCONT');
  const woken = await Promise.race([going.ended, sleep(longestWakeMs, undefined, { ref: false })]);
  if (!woken) throw new Error(`process ${going.pid} was suspended and has hung since it was resumed`);
  if (woken.exitCode !== 0 && woken.exitCode !== 75) throw failure(woken);
  result.suspensions++;
  return ended;
}

/** Runs the job until the lock of a suspended run is not respected any more: while its last heartbeat is fresh, it is. */
async function succeed(suspended: number, job: SmallJob, root: string): Promise<Ended> {
  const since = performance.now();
  for (;;) {
    const ended = await startWildstyle(['run', job.file, '--out', root], job).ended;
    const isRefused =
      ended.stderr.includes(`output-in-use: `) && ended.stderr.includes(`process ${suspended} `);
    if (!isRefused || performance.now() - since > longestRefusalMs) return ended;
    await sleep(1000);
  }
}

function kill(pid: number, result: SoakResult): void {
  if (signal(pid, 'SIGKILL')) result.kills++;
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function failure({ exitCode, stdout, stderr }: Ended): Error {
  return new Error(`a run ended with ${exitCode}:\n${stdout}\n${stderr}`);
}

/**
 * Whether every failed image of a run failed because its worker was killed. Not from the manifest: a run that was suspended
 * before it took the lock may have made them since.
 */
function hasOnlyCrashes({ stdout }: Ended): boolean {
  return /^(\d+) failed \(\1 worker-crashed\);/m.test(stdout);
}

/** The ids of the images that are recorded as made. */
async function recorded(root: string): Promise<Set<string>> {
  const { journals, records } = await readJournals(outputPaths(root).journalsFolder);
  // Where nothing is in the journals, the manifest has replaced them, or nothing is recorded yet.
  const found = journals.isSettled ? [...records.values()] : await readManifest(root).catch(() => []);
  return new Set(found.filter(({ status }) => status === 'complete').map(({ id }) => id));
}

async function strangeFiles(root: string, whole: Tree): Promise<number> {
  const digests = Object.entries(await imageDigests(root));
  return digests.filter(([file, digest]) => whole.files[file] !== digest).length;
}

/** A linear congruential generator (Numerical Recipes): the kills are random, and can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
