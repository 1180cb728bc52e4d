/** Files of this package. @module */
import { existsSync } from 'node:fs';

/**
 * Finds a file of the package. Its root is the nearest folder above this module with a `package.json`: builds differ in how
 * deep they put modules.
 * @param file relative to the package's root
 * @param module the module from which to look
 * @returns undefined if there is none
 */
export function packageFile(file: string, module: string | URL = import.meta.url): URL | undefined {
  for (let folder = new URL('.', module); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) {
      const found = new URL(file, folder);
      return existsSync(found) ? found : undefined;
    }
    if (folder.href === new URL('..', folder).href) return undefined;
  }
}
