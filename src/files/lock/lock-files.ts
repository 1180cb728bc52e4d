/**
 * The files of a lock. Each holder has its own file, with a number one higher than the one before. A file is created whole
 * and exclusively, and a holder that ends renames it, so that numbers never repeat.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type FileSystem, writeWhole } from '../file-system.js';
import { processSchema } from './process-identity.js';

/** The schema of the holder of a lock. */
export const holderSchema = processSchema.extend({
  /** Start of the work, ISO 8601. */
  startedAt: z.string().max(100),
});

/** The holder of a lock. */
export type Holder = z.output<typeof holderSchema>;

/** The latest file of a lock. */
export interface LockFile {
  readonly generation: number;
  readonly path: string;
  readonly isReleased: boolean;
}

const namePattern = /^(\d{6,15})(\.released)?$/;
const maximumHolderBytes = 10_000;

/** Returns the path of the file of a generation. */
export function lockFilePath(folder: string, generation: number): string {
  return join(folder, String(generation).padStart(6, '0'));
}

/** Lists the files of a lock, the latest first; of two with the same number, the one that is not released. */
export async function lockFiles(folder: string): Promise<LockFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const [, digits, released] = namePattern.exec(name) ?? [];
      if (digits === undefined) return [];
      return [{ generation: Number(digits), path: join(folder, name), isReleased: released !== undefined }];
    })
    .sort((a, b) => b.generation - a.generation || Number(a.isReleased) - Number(b.isReleased));
}

/** A sign of life: what the heartbeat of a holder changes. */
export interface Sign {
  readonly beat: string;
  readonly modifiedMs: number;
  /** Undefined if the file cannot be understood. */
  readonly holder: Holder | undefined;
}

/** Reads a file of a lock. @returns undefined if it does not exist */
export async function readSign(path: string): Promise<Sign | undefined> {
  // Opened each time, because network file systems compare what they know with the server only then.
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { mtimeMs, ino, size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maximumHolderBytes), 0, maximumHolderBytes, 0);
    return { beat: `${mtimeMs} ${ino} ${size}`, modifiedMs: mtimeMs, holder: parseHolder(buffer, bytesRead) };
  } finally {
    await file.close();
  }
}

function parseHolder(bytes: Buffer, length: number): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(bytes.toString('utf8', 0, length)));
  } catch {
    return undefined;
  }
}

/** Creates a file with its content, or nothing. @returns false if it exists already */
export async function createExclusively(
  path: string,
  text: string,
  fileSystem: FileSystem,
): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeWhole(temporary, text, { fileSystem, flags: 'wx' });
    await fileSystem.link(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!withoutLinks.has(code)) throw error;
    return await createInPlace(path, text, fileSystem);
  } finally {
    await fileSystem.unlink(temporary).catch(() => {});
  }
}

/** Error codes of file systems that have no hard links. */
const withoutLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'ENOSYS',
  'EOPNOTSUPP',
  'EXDEV',
]);

async function createInPlace(path: string, text: string, fileSystem: FileSystem): Promise<boolean> {
  try {
    await writeWhole(path, text, { fileSystem, flags: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
