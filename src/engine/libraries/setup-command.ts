/** The commands that get libraries which npm does not install. @module */
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../package-file.js';

/** What a setup script can get. */
export type SetupName = 'gpu' | 'openvino' | 'tensorflow';

/**
 * Returns the command that runs a setup script: npm's in a clone, the script itself where wildstyle is a dependency, whose
 * scripts npm does not run by name.
 * @param script where the script is; tests replace it
 */
export function setupCommand(
  name: SetupName,
  options: readonly string[] = [],
  script = packageFile(`scripts/setup-${name}.mjs`),
): string {
  const path = script && fileURLToPath(script);
  if (!path?.split(sep).includes('node_modules'))
    return [`npm run setup:${name}`, ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
  const near = relative(process.cwd(), path);
  return ['node', near.startsWith('..') ? path : near, ...options].join(' ');
}
