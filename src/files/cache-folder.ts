/** The folder for cached data. Everything in it can be recreated. @module */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Returns `$XDG_CACHE_HOME/wildstyle`, by default `~/.cache/wildstyle`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wildstyle');
}
