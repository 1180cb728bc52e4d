/** Recognizes what a run leaves if its working folder is deleted before it has written a manifest. @module */
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type OutputPaths, outputPaths, splitMetadataName } from './output-paths.js';

/** The names of images are hashes. */
const imageName = /^[0-9a-f]{32}\.[a-z]+$/;

/** What a run may have written beside images. */
const besides = [
  'manifest',
  'card',
  'contactSheet',
  'report',
  'splits',
] as const satisfies (keyof OutputPaths)[];

/**
 * Returns whether a folder holds nothing but images of a plan, their folders, and what belongs to them. Without records, they have to be
 * made again; every one gets the same name, so nothing else can be overwritten or left.
 * @param names what is in the folder
 * @param plannedFiles the files of the plan, relative to the folder
 */
export async function isLeftOver(
  root: string,
  names: readonly string[],
  plannedFiles: () => Iterable<string>,
): Promise<boolean> {
  const paths = outputPaths(root);
  const known = new Set(besides.map((name) => paths[name]));
  const left = new Set<string>();
  let [images, others] = [0, 0];
  const isKnown = async (folder: string, wanted: readonly string[] | undefined): Promise<boolean> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (wanted && !wanted.includes(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isBelow = folder !== '';
      if (entry.isDirectory()) {
        left.add(path);
        if (!(await isKnown(path, undefined))) return false;
      } else if (!entry.isFile()) return false;
      else if (isBelow && imageName.test(entry.name)) {
        left.add(path);
        images++;
      } else if (isBelow ? entry.name === splitMetadataName : known.has(join(root, path))) others++;
      else return false;
    }
    return true;
  };
  if (!(await isKnown('', names)) || (others > 0 && images === 0)) return false;
  for (const file of plannedFiles()) {
    for (let path = file; path !== '.'; path = posix.dirname(path)) left.delete(path);
    if (left.size === 0) return true;
  }
  return false;
}
