/**
 * Caches file digests and fingerprints between runs. Each scanned folder has its own cache file, so a cache is only as
 * large as its folder. A file counts as unchanged if its path, size, number and times of modification and change are the same: programs
 * can set the time of modification, but not that of change.
 *
 * Processes can share a cache safely: a cache file is replaced whole by a rename, and files whose entries one process
 * drops are simply hashed again by the next.
 * @module
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../files/cache-folder.js';
import { sha256 } from '../files/digest.js';
import { nodeFileSystem } from '../files/file-system.js';
import { unlinkIfThere } from '../files/folders.js';
import { publishFile } from '../files/publish.js';
import { formatFingerprint, parseFingerprint } from '../images/similar/fingerprint.js';
import type { FoundFile } from './scan.js';

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
const state = [z.number(), z.number(), z.number(), z.number()] as const;
/**
 * Size, modification, change, number (inode), digest, and the fingerprint if it was computed: empty for a file that cannot
 * be decoded.
 */
const entrySchema = z.union([
  z.tuple([...state, digestSchema]),
  z.tuple([...state, digestSchema, z.string()]),
]);
const cacheSchema = z.object({
  version: z.literal(2),
  root: z.string(),
  files: z.record(z.string(), entrySchema),
});

type Entries = Map<string, z.output<typeof entrySchema>>;

/** Maximum number of entries kept for files that this scan did not see, for other jobs on the same folder. */
const maximumUnseen = 50_000;
/** Cache files not written for this long are removed. */
const maximumAgeMs = 180 * 24 * 3600e3;
/** Files modified this shortly before hashing are not cached: they may change again within the same clock tick. */
const settlingMs = 2000;

/** The default folder for digest caches. */
export function defaultCacheFolder(): string {
  return join(cacheFolder(), 'digests');
}

/** What is cached about a file. */
export interface CachedFile {
  readonly sha256: string;
  /** Absent if it was not computed; undefined if the file cannot be decoded. */
  readonly fingerprint?: Uint8Array | undefined;
}

/** The cached digests of one folder. */
export class DigestCache {
  readonly #file: string;
  readonly #root: string;
  readonly #known: Entries;
  readonly #seen: Entries = new Map();
  #changed = false;

  private constructor(file: string, root: string, known: Entries) {
    this.#file = file;
    this.#root = root;
    this.#known = known;
  }

  /** Opens the cache of a folder. A cache that is missing, damaged or of another version counts as empty. */
  static async open(cacheFolder: string, root: string): Promise<DigestCache> {
    const name = sha256(root).slice(0, 32);
    const file = join(cacheFolder, `${name}.json`);
    return new DigestCache(file, root, await readEntries(file, root));
  }

  /** What is known about a file that is unchanged since it was cached, else undefined. */
  get(file: FoundFile): CachedFile | undefined {
    const entry = this.#known.get(file.path);
    if (!entry || stateOf(file).some((value, index) => value !== entry[index])) return undefined;
    this.#seen.set(file.path, entry);
    const [, , , , sha256, fingerprint] = entry;
    return fingerprint === undefined ? { sha256 } : { sha256, fingerprint: parseFingerprint(fingerprint) };
  }

  /** Stores what was computed at `hashedMs` (milliseconds since 1970). */
  set(file: FoundFile, found: CachedFile, hashedMs: number): void {
    if (file.modifiedMs > hashedMs - settlingMs) return;
    const text = found.fingerprint ? formatFingerprint(found.fingerprint) : '';
    const entry = [...stateOf(file), found.sha256] as const;
    this.#seen.set(file.path, 'fingerprint' in found ? [...entry, text] : [...entry]);
    this.#changed = true;
  }

  /** Writes the cache if it has changed. Ignores write errors, because a missing cache only costs time. */
  async save(nowMs: number): Promise<void> {
    if (!this.#changed) return;
    const unseen = [...this.#known].filter(([path]) => !this.#seen.has(path)).slice(0, maximumUnseen);
    const files = Object.fromEntries([...this.#seen, ...unseen]);
    const folder = dirname(this.#file);
    try {
      const text = JSON.stringify({ version: 2, root: this.#root, files });
      await publishFile(this.#file, text, { temporaryFolder: folder });
      await removeOld(folder, nowMs - maximumAgeMs);
    } catch {}
  }
}

const stateOf = ({ bytes, modifiedMs, changedMs, inode }: FoundFile) =>
  [bytes, modifiedMs, changedMs, inode] as const;

async function readEntries(file: string, root: string): Promise<Entries> {
  try {
    const cache = cacheSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return new Map(cache.root === root ? Object.entries(cache.files) : []);
  } catch {
    return new Map();
  }
}

async function removeOld(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{32}\.json(\.[0-9a-f-]{36}\.tmp)?$/.test(name)) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (mtimeMs < beforeMs) await unlinkIfThere(join(folder, name), nodeFileSystem);
  }
}
