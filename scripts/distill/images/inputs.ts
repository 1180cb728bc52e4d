/** Which images a distillation was made from: their digests. @module */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sha256, sha256OfFile } from '../../../src/files/digest.js';

/** The paths of the images in a folder and the folders in it, in order. @param except parts of names to leave out */
export async function imagePaths(folder: string, except: readonly string[] = []): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(jpe?g|png|webp)$/i.test(entry.name))
    .filter(({ name }) => !except.some((part) => name.includes(part)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The images of a folder. */
export interface FolderDigest {
  /** SHA-256 of the lines of `images`, each ended by a newline. */
  readonly sha256: string;
  /** `<SHA-256 of the file>  <path in the folder>`, sorted by bytes: what `sha256sum * | LC_ALL=C sort` prints. */
  readonly images: readonly string[];
}

/** Reads every image of a folder and returns their digests. */
export async function folderDigest(folder: string, except: readonly string[] = []): Promise<FolderDigest> {
  const images: string[] = [];
  for (const path of await imagePaths(folder, except))
    images.push(`${await sha256OfFile(path)}  ${relative(folder, path).replaceAll(sep, '/')}`);
  // The digests come first and differ unless the files are the same, so that this order is that of the bytes.
  images.sort();
  return { sha256: sha256(images.map((line) => `${line}\n`).join('')), images };
}
