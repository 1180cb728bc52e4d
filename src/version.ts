/** The version of this package. @module */
import { readFileSync } from 'node:fs';
import { packageFile } from './package-file.js';

/** Returns the version from the nearest `package.json` above this file, at any depth; `unknown` if there is none. */
export function packageVersion(): string {
  const manifest = packageFile('package.json');
  return manifest ? String(JSON.parse(readFileSync(manifest, 'utf8')).version) : 'unknown';
}
