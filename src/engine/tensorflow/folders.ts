/** Where TensorFlow and its binding may be. @module */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../files/cache-folder.js';
import { newestFirst } from '../libraries/newest-first.js';
import { setupCommand } from '../libraries/setup-command.js';

/** The command that gets TensorFlow for a kind of device. */
export const tensorflowSetup = (kind: TensorflowKind): string =>
  setupCommand('tensorflow', kind === 'gpu' ? ['--gpu'] : []);

/** What a TensorFlow can compute on. */
export type TensorflowKind = 'cpu' | 'gpu';

/** Package folders in the cache, those of the kind first, then the newest. */
function cachedFolders(kind: TensorflowKind): string[] {
  const folder = join(cacheFolder(), 'tensorflow');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const rank = (name: string) => (name.endsWith(`-${kind}`) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || newestFirst(a, b)).map((name) => join(folder, name));
}

/** Folders of packages that are installed next to wildstyle. */
function installedFolders(): string[] {
  const require = createRequire(import.meta.url);
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].flatMap((name) => {
    try {
      return [dirname(require.resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
}

/** The folders to search: the one that is named, what the setup command put into the cache, installed packages. */
export function tensorflowFolders(kind: TensorflowKind): string[] {
  const named = process.env.WILDSTYLE_TENSORFLOW;
  return named ? [named] : [...cachedFolders(kind), ...installedFolders()];
}

/** The compiled binding in a package folder, if it was built or downloaded. */
export function bindingFile(folder: string): string | undefined {
  const file = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
  return existsSync(file) ? file : undefined;
}

/** The first folder that has a binding. */
export const tensorflowFolder = (kind: TensorflowKind): string | undefined =>
  tensorflowFolders(kind).find((folder) => bindingFile(folder) !== undefined);
