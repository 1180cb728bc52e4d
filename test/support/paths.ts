/** Paths that do not depend on the build folder. @module */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'wildstyle') return from;
  if (dirname(from) === from) throw new Error('The tests are outside of the repository.');
  return findRoot(dirname(from));
}

/** The root of the repository. */
export const repositoryRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

const shared = join(dirname(repositoryRoot), 'shared');

/** The folder of shared weights and images next to the repository, if it exists. */
export const sharedRoot: string | undefined = existsSync(shared) ? shared : undefined;
