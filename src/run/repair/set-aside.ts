/** Moves files out of a dataset without deleting them: they may be somebody's work. @module */
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputPaths } from '../../dataset/output-paths.js';
import { asStorageError, type FileSystem } from '../../files/file-system.js';
import { makeFolder, syncFolder } from '../../files/folders.js';

const folderName = 'set-aside';

/** Returns the folder for what a repair moves out of a dataset. */
export const setAsideFolder = (root: string): string => join(outputPaths(root).workFolder, folderName);

/**
 * Moves a file, a link or a folder of a dataset to the same path below `.wildstyle/set-aside/`, with a number if that is
 * taken. An empty folder is removed, and so are parents that become empty: loaders take them for classes.
 * @param file path below the root of the dataset
 * @returns whether there was something to move
 * @throws `output-unwritable`, `disk-full`, `lock-lost`
 */
export async function setAside(root: string, file: string, fileSystem: FileSystem): Promise<boolean> {
  const from = join(root, file);
  try {
    if (await isEmptyFolder(from, fileSystem)) {
      await removeEmptyParents(root, file, fileSystem);
      return true;
    }
    if (!(await kindOf(from))) return false;
    const to = await freePath(join(setAsideFolder(root), file));
    await makeFolder(dirname(to), fileSystem);
    await fileSystem.rename(from, to);
    await syncFolder(dirname(to), fileSystem);
    await syncFolder(dirname(from), fileSystem);
    await removeEmptyParents(root, file, fileSystem);
    return true;
  } catch (error) {
    throw asStorageError(error, from);
  }
}

/** Removes a folder if it is empty. */
async function isEmptyFolder(path: string, fileSystem: FileSystem): Promise<boolean> {
  if ((await kindOf(path)) !== 'folder') return false;
  return fileSystem.rmdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (isNotEmpty(error)) return false;
      throw error;
    },
  );
}

async function removeEmptyParents(root: string, file: string, fileSystem: FileSystem): Promise<void> {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder))
    if (!(await isEmptyFolder(join(root, folder), fileSystem))) return;
}

async function freePath(wanted: string): Promise<string> {
  for (let number = 0; ; number++) {
    const path = number === 0 ? wanted : `${wanted}.${number}`;
    if (!(await kindOf(path))) return path;
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'other');
}

/** Windows and some file systems name it differently. */
function isNotEmpty({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
