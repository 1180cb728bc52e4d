/** Files of this package. @module */
import { existsSync } from 'node:fs';

/**
 * Finds a file of the package in the folders above this module, at any depth: builds differ in where they put modules.
 * @param file relative to the package's root
 * @returns undefined if there is none
 */
export function packageFile(file: string): URL | undefined {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const candidate = new URL(file, folder);
    if (existsSync(candidate)) return candidate;
    if (folder.href === new URL('..', folder).href) return undefined;
  }
}
