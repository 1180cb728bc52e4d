/** Measures what a large dataset costs before the next image: the status, and the start of a run that continues. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { finishedDataset } from './finished-dataset.js';

const mainFile = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const left = 20;
const pollMs = 20;

/**
 * @returns the finished items, the seconds of `wildstyle status`, the seconds from the start of `wildstyle run` to its
 *   first new image and to its end, and the peak memory of its main process in MB (10^6 bytes; Linux only)
 */
export async function benchResume(items = 100_000): Promise<Record<string, number>> {
  const made = await finishedDataset(items, left);
  const environment = { ...process.env, XDG_CACHE_HOME: join(made.folder, 'cache') };
  const start = (...args: string[]) =>
    spawn(process.execPath, [mainFile, ...args], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    // Digests of the inputs are in the cache, as after any earlier run.
    await once(start('run', made.jobFile, '--dry-run'), 'close');
    const resumed = await timeToFirstImage(
      start('run', made.jobFile),
      made.pending.map(({ file }) => join(made.root, file)),
    );
    const statusStart = performance.now();
    await once(start('status', made.root, '--json'), 'close');
    const statusS = (performance.now() - statusStart) / 1000;
    return { items: made.finished, statusS: rounded(statusS), ...resumed };
  } finally {
    await rm(made.folder, { recursive: true, force: true });
  }
}

async function timeToFirstImage(
  run: ChildProcess,
  files: readonly string[],
): Promise<Record<string, number>> {
  const startMs = performance.now();
  const seconds = () => rounded((performance.now() - startMs) / 1000);
  let [firstItemS, peakMb] = [0, 0];
  while (run.exitCode === null && run.signalCode === null) {
    if (firstItemS === 0 && files.some((file) => existsSync(file))) firstItemS = seconds();
    peakMb = Math.max(peakMb, peakMbOf(run.pid));
    await sleep(pollMs);
  }
  if (run.exitCode !== 0) throw new Error(`wildstyle run ended with ${run.exitCode}`);
  return { firstItemS, endS: seconds(), peakMb };
}

/** The highest resident memory of a process so far, 0 where the system does not tell. */
function peakMbOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round((Number(kilobytes) * 1024) / 1e6);
  } catch {
    return 0;
  }
}

const rounded = (value: number): number => Number(value.toFixed(2));
