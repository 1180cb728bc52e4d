/** The version of this package. @module */
import { existsSync, readFileSync } from 'node:fs';

/** Returns the version from the nearest `package.json` above this file, at any depth; `unknown` if there is none. */
export function packageVersion(): string {
  let manifest = new URL('package.json', import.meta.url);
  while (!existsSync(manifest)) {
    const above = new URL('../package.json', manifest);
    if (above.href === manifest.href) return 'unknown';
    manifest = above;
  }
  return String(JSON.parse(readFileSync(manifest, 'utf8')).version);
}
