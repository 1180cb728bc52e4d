/** Finds the repository, regardless of the folder that the scripts were built into. @module */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

/** The folder that contains the project's `package.json`. */
export const repositoryRoot: string = findRoot(import.meta.dirname);
