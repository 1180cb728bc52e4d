/** Finds the image files below a folder. Links are never followed, and nothing outside the folder is touched. @module */
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import glob from 'fast-glob';
import type { ErrorCode } from '../errors.js';
import { forEachConcurrently } from '../files/concurrency.js';

/** A file that was found. */
export interface FoundFile {
  /** Below the root, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Something that looks like an image, but is not taken. */
export interface ScanProblem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface Scan {
  /** In code unit order of their paths. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly ScanProblem[];
}

export interface ScanPatterns {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Endings of what people keep as images, readable or not: a file that cannot be decoded fails as an item, with a code,
 * rather than go missing without a word.
 */
const imageExtensions = new Set(
  'jpg jpeg jpe jfif png apng webp tif tiff gif bmp dib avif heic heif jp2 jxl svg tga ppm pgm pnm'.split(
    ' ',
  ),
);

/** Whether a file is taken for an image, by the ending of its name. */
export function isImageName(path: string): boolean {
  return imageExtensions.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** Every image below the root; hidden files and folders are left out. The root must exist and be a folder. */
export async function scanImages(root: string, { include, exclude }: ScanPatterns = {}): Promise<Scan> {
  const realRoot = await realpath(root);
  const entries = await glob([...(include ?? ['**/*'])], {
    cwd: realRoot,
    ignore: [...(exclude ?? [])],
    onlyFiles: false,
    objectMode: true,
    followSymbolicLinks: false,
    caseSensitiveMatch: false,
  });
  const problems: ScanProblem[] = [];
  const paths: string[] = [];
  for (const { path, dirent } of entries) {
    if (dirent.isSymbolicLink()) {
      if (!isImageName(path) && !(await isFolder(join(realRoot, path)))) continue;
      const message =
        'It is a symbolic link, and links are not followed: copy the file or name its folder as root.';
      problems.push({ path, code: 'path-outside-root', message });
    } else if (dirent.isFile() && isImageName(path)) paths.push(path);
  }
  paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const outside = await foldersOutside(realRoot, paths);
  const files: FoundFile[] = [];
  await forEachConcurrently(paths, async (path, index) => {
    if (outside.has(dirname(path))) {
      problems.push({
        path,
        code: 'path-outside-root',
        message: 'Its folder is a link that leads out of the root.',
      });
      return;
    }
    try {
      const { size, mtimeMs } = await stat(join(realRoot, path));
      files[index] = { path, bytes: size, modifiedMs: mtimeMs };
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

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A pattern that begins with the name of a link is walked into all the same, so folders are checked once each. */
async function foldersOutside(realRoot: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const outside = new Set<string>();
  await forEachConcurrently([...new Set(paths.map((path) => dirname(path)))], async (folder) => {
    const real = await realpath(join(realRoot, folder));
    if (real !== join(realRoot, folder) && !real.startsWith(realRoot + sep)) outside.add(folder);
  });
  return outside;
}
