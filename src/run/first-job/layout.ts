/** How the images of a folder are arranged, as far as their paths tell. @module */
import { readdir } from 'node:fs/promises';
import { sep } from 'node:path';
import { isImageName, scanImages } from '../../inventory/scan.js';
import { splitWords } from '../../inventory/warnings.js';

/** `flat`: no folders, so no classes; `classes`: a folder for each class; `splits`: `train/`, `test/` ... first. */
export type Arrangement = 'flat' | 'classes' | 'splits';

/** What the paths in a folder tell. */
export interface Layout {
  readonly arrangement: Arrangement;
  /** Paths of the images, relative to the folder. */
  readonly paths: readonly string[];
  /** Images of each class, by name; empty without classes. */
  readonly classes: Readonly<Record<string, number>>;
  /** Folders of splits; empty without any. */
  readonly splits: readonly string[];
  /** Images that are in no folder, where others are: a job leaves them out. */
  readonly outside: number;
  /** Files that are not images, such as notes. */
  readonly others: readonly string[];
}

/**
 * Reads the names in a folder, and no file.
 * @throws what `node:fs` throws if the folder cannot be read
 */
export async function readLayout(root: string): Promise<Layout> {
  const [{ files }, names] = await Promise.all([
    scanImages(root),
    readdir(root, { recursive: true, withFileTypes: true }),
  ]);
  const others = names
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !isImageName(entry.name))
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`.slice(root.length + 1));
  return { ...arrange(files.map(({ path }) => path)), others: others.sort() };
}

/** Finds classes and splits in the paths of images. */
export function arrange(paths: readonly string[]): Omit<Layout, 'others'> {
  const inFolders = paths.filter((path) => path.includes('/'));
  const first = [...new Set(inFolders.map((path) => path.split('/')[0] ?? ''))];
  if (first.length === 0) return { arrangement: 'flat', paths, classes: {}, splits: [], outside: 0 };
  const isSplit = first.length > 1 && first.every((name) => splitWords.has(name.toLowerCase()));
  const level = isSplit ? 1 : 0;
  const classes: Record<string, number> = {};
  for (const path of inFolders) {
    const name = path.split('/').slice(0, -1)[level];
    if (name !== undefined) classes[name] = (classes[name] ?? 0) + 1;
  }
  return {
    arrangement: isSplit ? 'splits' : 'classes',
    paths,
    classes,
    splits: isSplit ? first : [],
    outside: paths.length - inFolders.length,
  };
}
