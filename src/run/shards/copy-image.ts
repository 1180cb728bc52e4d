/** Copies the image of a record to another dataset. @module */
import { join } from 'node:path';
import type { CompleteRecord } from '../../dataset/ledger/record.js';
import { outputPaths } from '../../dataset/output-paths.js';
import { WildstyleError } from '../../errors.js';
import { sha256, sha256OfFile } from '../../files/digest.js';
import type { FileSystem } from '../../files/file-system.js';
import { publishFile } from '../../files/publish.js';
import { readRegularFile } from '../../files/regular-file.js';

/**
 * Copies an image, unless it already exists.
 * @returns how many images were copied: 0 or 1
 * @throws `dataset-invalid` if the image is missing or does not match its record
 */
export async function copyImage(
  from: string,
  to: string,
  record: CompleteRecord,
  fileSystem: FileSystem,
): Promise<number> {
  const target = join(to, record.file);
  const there = await sha256OfFile(target).catch(() => undefined);
  if (there === record.sha256) return 0;
  const source = join(from, record.file);
  const bytes = await readRegularFile(source).catch((cause) => {
    throw invalid(`${source} cannot be read: ${cause.message}`, cause);
  });
  if (sha256(bytes) !== record.sha256) throw invalid(`${source} was altered: it does not match its record.`);
  await publishFile(target, bytes, { temporaryFolder: outputPaths(to).temporaryFolder, fileSystem });
  return 1;
}

function invalid(message: string, cause?: unknown): WildstyleError {
  return new WildstyleError('dataset-invalid', message, {
    cure: 'Delete the image, run its shard again, and merge again.',
    ...(cause !== undefined && { cause }),
  });
}
