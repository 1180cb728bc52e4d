/** Finds the job files of a scheduler. @module */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { windowsOf } from '../../calendar/window.js';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import { sha256 } from '../../files/digest.js';
import { loadJob } from '../../job/load.js';
import type { ScheduledJob } from './queue.js';

/** A job file that is not a job. */
export interface BrokenJob {
  readonly file: string;
  readonly digest: string;
  readonly error: WildstyleError;
}

const extensions = /\.ya?ml$/i;

/** Lists the job files in files and folders, as absolute paths, sorted. @throws `job-not-found` for what does not exist */
export async function jobFiles(places: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const place of places) {
    const kind = await stat(place).catch((cause) => {
      throw new WildstyleError('job-not-found', `${place} does not exist.`, {
        cure: 'Give job files, or a folder of job files.',
        cause,
      });
    });
    if (!kind.isDirectory()) found.add(resolve(place));
    else
      for (const name of await readdir(place))
        if (extensions.test(name) && !name.startsWith('.')) found.add(resolve(join(place, name)));
  }
  return [...found].sort();
}

/** Reads job files. Loads only those that have changed. */
export class JobReader {
  readonly #known = new Map<string, ScheduledJob | BrokenJob>();

  /** Returns the jobs of files, and the files that are not jobs. */
  async read(files: readonly string[]): Promise<{ jobs: ScheduledJob[]; broken: BrokenJob[] }> {
    for (const file of [...this.#known.keys()]) if (!files.includes(file)) this.#known.delete(file);
    for (const file of files) {
      const digest = await readFile(file).then(sha256, () => undefined);
      if (digest === undefined) this.#known.delete(file);
      else if (this.#known.get(file)?.digest !== digest) this.#known.set(file, await readJob(file, digest));
    }
    const all = [...this.#known.values()];
    return {
      jobs: all.filter((one): one is ScheduledJob => !('error' in one)),
      broken: all.filter((one): one is BrokenJob => 'error' in one),
    };
  }
}

async function readJob(file: string, digest: string): Promise<ScheduledJob | BrokenJob> {
  try {
    const { run, output } = await loadJob(file);
    return { file, digest, priority: run.priority, windows: windowsOf(run.window), output: output.root };
  } catch (error) {
    return { file, digest, error: asWildstyleError(error) };
  }
}
