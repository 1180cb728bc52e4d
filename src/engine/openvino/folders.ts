/** Where OpenVINO's libraries may be. @module */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../files/cache-folder.js';
import { newestFirst } from '../libraries/newest-first.js';

/** Installed versions below a folder, the newest first. */
export const versionsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort(newestFirst)
        .map((name) => join(folder, name))
    : [];

/** The folders to search: the one that is named, what the setup command put into the cache, an installed OpenVINO. */
export function openvinoFolders(): string[] {
  const named = process.env.WILDSTYLE_OPENVINO;
  if (named) return [named];
  const { INTEL_OPENVINO_DIR: installed = '/opt/intel/openvino' } = process.env;
  return [
    ...versionsIn(join(cacheFolder(), 'openvino')),
    join(installed, 'runtime', 'lib', 'intel64'),
    '/usr/lib/x86_64-linux-gnu',
    '/usr/local/lib',
  ];
}
