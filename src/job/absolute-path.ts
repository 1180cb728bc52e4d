/** Makes the paths of a job absolute. @module */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Returns a path of a job: relative to the folder of the job file, or to the home folder if it begins with `~/`. */
export function absolutePath(jobFolder: string, path: string): string {
  // A shell expands it on the command line, but nothing does in a file.
  const [, below] = /^~(?:[/\\](.*))?$/s.exec(path) ?? [];
  if (path === '~' || below !== undefined) return join(homedir(), below ?? '');
  return resolve(jobFolder, path);
}
