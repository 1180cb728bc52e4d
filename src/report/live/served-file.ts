/** The files of a dataset that the live view serves: images, and the report. @module */
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  html: 'text/html; charset=utf-8',
};

/**
 * Reads a file of a dataset. Working files, hidden ones, and everything outside of the folder, links included, are not there.
 * @param path relative to the dataset, with forward slashes
 */
export async function readServedFile(
  root: string,
  path: string,
): Promise<{ readonly bytes: Buffer; readonly type: string } | undefined> {
  const type = types[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  const parts = path.split('/');
  if (type === undefined || parts.some((part) => part === '' || part.startsWith('.') || /[\\\0:]/.test(part)))
    return undefined;
  if (type.startsWith('text/') && path !== 'report.html') return undefined;
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, ...parts))]);
    return real.startsWith(`${realRoot}${sep}`) ? { bytes: await readFile(real), type } : undefined;
  } catch {
    return undefined;
  }
}
