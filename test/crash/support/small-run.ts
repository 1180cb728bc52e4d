/** Runs of a tiny job in the process of the test: originals only, because they need no engine. @module */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OutputPlace, outputPaths } from '../../../src/dataset/output-paths.js';
import { verifyDataset } from '../../../src/dataset/verify/verify.js';
import { exportDataset } from '../../../src/export/export-dataset.js';
import type { ExporterName } from '../../../src/export-formats.js';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';
import { type Holder, lockFiles } from '../../../src/files/lock/lock-files.js';
import { thisProcess } from '../../../src/files/lock/process-identity.js';
import { loadJob } from '../../../src/job/load.js';
import type { Shard } from '../../../src/plan/shard.js';
import { type Prepared, prepare } from '../../../src/run/preparing/prepare.js';
import type { RunOptions, RunResult } from '../../../src/run/progress/events.js';
import { type RepairResult, repairDataset } from '../../../src/run/repair/repair.js';
import { runPlan } from '../../../src/run/run.js';
import { type JobChanges, type SmallJob, smallJob } from '../../support/small-job.js';
import { inProcessWorker } from './in-process-worker.js';

/** A prepared job that can be run in several folders. */
export interface SmallRun {
  readonly job: SmallJob;
  /** Runs the job in a folder. */
  readonly run: (root: string, options?: RunInProcess) => Promise<RunResult>;
  /** Runs the job undisturbed, in a folder for that. @returns the folder */
  readonly whole: () => Promise<string>;
  /** Repairs a dataset of the job. */
  readonly repair: (root: string, options?: RunInProcess) => Promise<RepairResult>;
}

export interface RunInProcess {
  readonly fileSystem?: FileSystem;
  readonly retryFailed?: boolean;
  readonly maxImages?: number;
  readonly shard?: Shard;
  readonly onEvent?: RunOptions['onEvent'];
  /** Called with the id of each item when its record is promised to be on disk. */
  readonly onDone?: (id: string) => void;
}

/** Prepares a job with six originals in three classes. @param changes to that job; it must need no engine */
export async function smallRun(changes: JobChanges = {}): Promise<SmallRun> {
  const job = await smallJob({
    sampling: { stylesPerContent: 0, keepOriginals: true },
    ...changes,
    run: { workers: 2, threads: 1, batch: 1, engine: 'reference', ...(changes.run as object | undefined) },
  });
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = job.cache;
  const prepared = await prepare(await loadJob(job.file));
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  return {
    job,
    run: (root, options = {}) => runIn(prepared, root, options),
    async whole() {
      const root = join(job.folder, 'whole/out');
      await runIn(prepared, root, {});
      return root;
    },
    async repair(root, { fileSystem = nodeFileSystem, onEvent } = {}) {
      const startWorker = () => inProcessWorker({ fileSystem });
      return repairDataset(root, async () => inFolder(prepared, root), {
        ...{ fileSystem, startWorker },
        ...(onEvent && { onEvent }),
      });
    },
  };
}

const inFolder = (prepared: Prepared, root: string): Prepared => ({
  ...prepared,
  job: { ...prepared.job, output: { ...prepared.job.output, root } },
});

async function runIn(
  prepared: Prepared,
  root: string,
  { fileSystem = nodeFileSystem, retryFailed = false, maxImages, onDone, shard }: RunInProcess,
): Promise<RunResult> {
  return runPlan(inFolder(prepared, root), {
    retryFailed,
    fileSystem,
    ...(shard && { shard }),
    ...(maxImages !== undefined && { limits: { maxImages } }),
    startWorker: () => inProcessWorker({ fileSystem, ...(onDone && { onDone }) }),
  });
}

/** Exports a copy of the dataset of {@link SmallRun.whole}, which must be there. @returns the contents of the copy */
export async function exportedContents(small: SmallRun, name: ExporterName): Promise<Record<string, string>> {
  const { folder } = small.job;
  const root = await copyOf(join(folder, 'whole/out'), join(folder, 'exported/out'));
  await exportDataset(root, name);
  return contentsOf(root);
}

/** Makes the holder of the lock of a folder, or of a shard, look dead, as it is after a crash. */
export async function buryHolder(place: OutputPlace): Promise<void> {
  for (const { path, isReleased } of await lockFiles(outputPaths(place).lock)) {
    if (isReleased) continue;
    const { startedTicks: _, ...holder } = thisProcess();
    // No system has a process with this number.
    await writeFile(path, JSON.stringify({ ...holder, pid: 2 ** 30, startedAt: '' } satisfies Holder));
  }
}

/** The contents of a dataset that must not depend on what happened on the way, by path. The folder must be named alike. */
export async function contentsOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const contents: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (path === '.wildstyle' || path.startsWith('.wildstyle/')) continue;
    if (entry.isDirectory()) contents[path] = 'folder';
    else if (path === 'dataset.json') contents[path] = timeless(await readFile(join(root, path), 'utf8'));
    // It shows times. Whether it is whole, its digest in dataset.json tells.
    else if (path === 'report.html') contents[path] = 'report';
    else contents[path] = await readFile(join(root, path), 'base64');
  }
  return contents;
}

/** `dataset.json` without times, what depends on them, its own digest and its place. The card has the name of the folder. */
function timeless(text: string): string {
  const { startedAt: _, finishedAt: __, lastRun: ____, ...summary } = JSON.parse(text);
  const { summary: ___, ...digests } = summary.digests;
  if (digests.files['report.html']) digests.files['report.html'] = '';
  const job = { ...summary.job, output: { ...summary.job.output, root: '' } };
  return JSON.stringify({ ...summary, job, digests });
}

/** Returns what is wrong with a dataset that should be complete; empty if nothing is. */
export async function faultsOf(root: string, whole: Record<string, string>): Promise<string[]> {
  const contents = await contentsOf(root);
  const paths = new Set([...Object.keys(whole), ...Object.keys(contents)]);
  const differing = [...paths].filter((path) => whole[path] !== contents[path]);
  const { problems } = await verifyDataset(root);
  const work = outputPaths(root);
  const temporary = await readdir(work.temporaryFolder).catch(() => []);
  const journals = await readdir(work.journalsFolder).catch(() => []);
  return [
    ...differing.map((path) => `differs: ${path}`),
    ...problems.map(({ code, file, message }) => `${code}: ${file}: ${message}`),
    ...[...temporary, ...journals].map((name) => `left behind: ${name}`),
  ];
}

/** Copies a folder that a test may change. */
export async function copyOf(from: string, to: string): Promise<string> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
  return to;
}
