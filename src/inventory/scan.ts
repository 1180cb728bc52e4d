/** Finds the image files below a folder. Never follows links or reads files outside the folder. @module */
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix, sep } from 'node:path';
import glob from 'fast-glob';
import type { ErrorCode } from '../errors.js';
import { forEachConcurrently } from '../files/concurrency.js';

/** A file found by the scan. */
export interface FoundFile {
  /** Path relative to the root, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** When its content or its metadata last changed. */
  readonly changedMs: number;
  readonly inode: number;
}

/** Something that looks like an image but is left out. */
export interface ScanProblem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface Scan {
  /** Sorted by path in code unit order. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly ScanProblem[];
}

export interface ScanPatterns {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Common image extensions, including formats that cannot be decoded. Such a file fails as an item with an error code
 * instead of being skipped silently.
 */
const imageExtensions = new Set(
  'jpg jpeg jpe jfif png apng webp tif tiff gif bmp dib avif heic heif jp2 jxl svg tga ppm pgm pnm'.split(
    ' ',
  ),
);

/** Whether a file counts as an image, judging by its extension. */
export function isImageName(path: string): boolean {
  return imageExtensions.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** Finds every image below the root, except in hidden files and folders. The root must be an existing folder. */
export async function scanImages(root: string, { include, exclude }: ScanPatterns = {}): Promise<Scan> {
  const realRoot = await realpath(root);
  const found = await glob([...(include ?? ['**/*'])], {
    cwd: realRoot,
    ignore: [...(exclude ?? [])],
    onlyFiles: false,
    objectMode: true,
    followSymbolicLinks: false,
    caseSensitiveMatch: false,
  });
  // Braces can hide `..` from every check of a pattern.
  const byPath = new Map(found.map(({ path, dirent }) => [posix.normalize(path), dirent]));
  const problems: ScanProblem[] = [];
  const paths: string[] = [];
  for (const [path, dirent] of byPath) {
    if (path.split('/').includes('..') || isAbsolute(path)) continue;
    if (dirent.isSymbolicLink()) {
      if (!isImageName(path) && !(await isFolder(join(realRoot, path)))) continue;
      const message =
        'It is a symbolic link, and links are not followed. Copy the target here, or set root to its folder.';
      problems.push({ path, code: 'path-outside-root', message });
    } else if (dirent.isFile() && isImageName(path)) paths.push(path);
  }
  if (!include) problems.push(...(await unmatchableNames(realRoot, new Set(paths))));
  paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const outside = await foldersOutside(realRoot, paths);
  const files: FoundFile[] = [];
  await forEachConcurrently(paths, async (path, index) => {
    if (outside.has(dirname(path))) {
      problems.push({
        path,
        code: 'path-outside-root',
        message: 'Its folder is a link to a location outside the root.',
      });
      return;
    }
    try {
      const { size, mtimeMs, ctimeMs, ino } = await stat(join(realRoot, path));
      files[index] = { path, bytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs, inode: ino };
    } catch (error) {
      problems.push({
        path,
        code: 'image-missing',
        message: `It cannot be read: ${(error as Error).message}.`,
      });
    }
  });
  return { files: files.filter(() => true), problems: problems.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Names with line breaks, which no pattern matches. */
const lineBreaks = /[\n\r\u2028\u2029]/;

async function unmatchableNames(realRoot: string, known: ReadonlySet<string>): Promise<ScanProblem[]> {
  const names = await readdir(realRoot, { recursive: true });
  const message = 'Its path contains a line break, which no pattern matches. Rename it.';
  return names
    .map((name) => name.split(sep).join('/'))
    .filter((path) => lineBreaks.test(path) && isImageName(path) && !known.has(path))
    .map((path) => ({ path, code: 'image-missing' as const, message }));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** fast-glob still follows a link that a pattern names, so this checks the folder of every path. */
async function foldersOutside(realRoot: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const outside = new Set<string>();
  await forEachConcurrently([...new Set(paths.map((path) => dirname(path)))], async (folder) => {
    const real = await realpath(join(realRoot, folder));
    if (real !== join(realRoot, folder) && !real.startsWith(realRoot + sep)) outside.add(folder);
  });
  return outside;
}
