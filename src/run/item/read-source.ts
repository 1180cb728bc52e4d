/** Reads and decodes source files, and tells the fault of an image from that of the machine. @module */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asWildstyleError, WildstyleError } from '../../errors.js';
import { asMachineError } from '../../files/file-system.js';
import { NotAFile, readRegularFile } from '../../files/regular-file.js';
import { type DecodeTarget, decodeImage, type InspectOptions, type Pixels } from '../../images/decode.js';
import { canDecode } from '../../images/decoder-check.js';
import { inspectImage } from '../../images/inspect.js';

/**
 * Reads a source file. Messages about an image are stored in its record, so they do not depend on where the folder is.
 * @param path relative to the root
 * @throws `image-missing`, `image-unsupported` (not a file); `input-unavailable` if the root is gone or its disk fails;
 *   `resources-exhausted`
 */
export async function readSource(root: string, path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(join(root, path));
  } catch (cause) {
    if (cause instanceof NotAFile)
      throw new WildstyleError('image-unsupported', `${path}: not a file`, { cause });
    const trouble = asMachineError(cause, join(root, path));
    if (trouble?.code === 'resources-exhausted') throw trouble;
    if (trouble || !(await hasFiles(root))) throw unavailable(root, trouble ?? cause);
    const { code } = cause as NodeJS.ErrnoException;
    throw new WildstyleError('image-missing', `${path}: cannot be read (${code})`, { cause });
  }
}

/** A folder that is empty now had images when the job was planned: its disk was probably unmounted. */
async function hasFiles(root: string): Promise<boolean> {
  return readdir(root).then(
    (names) => names.length > 0,
    () => false,
  );
}

function unavailable(root: string, cause: unknown): WildstyleError {
  const reason = cause instanceof WildstyleError ? cause.message : 'it is gone or empty';
  return new WildstyleError('input-unavailable', `The folder ${root} can no longer be read: ${reason}`, {
    cure: 'Connect it again, then run again. No image is recorded as failed because of this.',
    cause,
  });
}

const usualSizePx = 1024;

/**
 * Decodes a source image. If that fails, decodes an image of the same size that is certainly whole.
 * @throws the errors of `decodeImage`; `resources-exhausted` if the other image cannot be decoded either
 */
export async function decodeSource(
  bytes: Uint8Array,
  target: DecodeTarget,
  options: InspectOptions,
): Promise<Pixels> {
  try {
    return await decodeImage(bytes, target, options);
  } catch (error) {
    if (asWildstyleError(error).code !== 'image-corrupt') throw error;
    const size = await inspectImage(bytes, options).catch(() => undefined);
    if (await canDecode(size?.widthPx ?? usualSizePx, size?.heightPx ?? usualSizePx)) throw error;
    throw new WildstyleError(
      'resources-exhausted',
      `${options.name}: the decoder fails, even with an image that is known to be intact.`,
      { cure: 'Free memory, raise the limits (ulimit), or lower run.workers; then run again.', cause: error },
    );
  }
}
