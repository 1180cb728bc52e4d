/** Checks an image against its record. @module */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { asWildstyleError } from '../../errors.js';
import { sha256 as sha256Of } from '../../files/digest.js';
import { NotAFile, readRegularFile } from '../../files/regular-file.js';
import { inspectImage } from '../../images/inspect.js';
import type { CompleteRecord } from '../ledger/record.js';
import type { DatasetProblem } from './dataset-problem.js';

/**
 * Checks the digest and the size of the image of a complete record.
 * @returns the problem, if there is one
 */
export async function imageProblem(
  root: string,
  record: CompleteRecord,
): Promise<DatasetProblem | undefined> {
  const { id, file, sha256, widthPx, heightPx } = record;
  if (!staysInside(file)) {
    const message = `the path of item ${id} is outside the dataset: ${JSON.stringify(file)}`;
    return { code: 'record-invalid', file, message };
  }
  let bytes: Uint8Array;
  try {
    if ((await lstat(join(root, file))).isSymbolicLink())
      return { code: 'file-altered', file, message: 'is a symbolic link, not an image' };
    bytes = await readRegularFile(join(root, file));
  } catch (error) {
    if (error instanceof NotAFile) return { code: 'file-altered', file, message: 'is not a regular file' };
    return { code: 'file-missing', file, message: error instanceof Error ? error.message : String(error) };
  }
  const found = sha256Of(bytes);
  if (found !== sha256) {
    const message = `sha256 of ${bytes.byteLength} bytes is ${found}, expected ${sha256}`;
    return { code: 'file-altered', file, message };
  }
  try {
    const image = await inspectImage(bytes, { name: file, maximumPixels: Number.MAX_SAFE_INTEGER });
    if (image.widthPx === widthPx && image.heightPx === heightPx) return undefined;
    const message = `size is ${image.widthPx} x ${image.heightPx} pixels, expected ${widthPx} x ${heightPx}`;
    return { code: 'shape-differs', file, message };
  } catch (error) {
    return { code: 'shape-differs', file, message: asWildstyleError(error).message };
  }
}

/** Returns whether a path stays inside the dataset. Manifests are untrusted input. */
export function staysInside(file: string): boolean {
  return !/^([/\\]|[a-z]:)/i.test(file) && !file.split(/[/\\]/).includes('..');
}
