/** Where things lie that can be made again. @module */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_CACHE_HOME/wildstyle`, by default `~/.cache/wildstyle`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wildstyle');
}
