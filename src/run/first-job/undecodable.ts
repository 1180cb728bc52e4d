/** Photographs that cannot be decoded, though their headers are right: truncated files, for example. @module */
import { join } from 'node:path';
import { asWildstyleError } from '../../errors.js';
import { forEachConcurrently } from '../../files/concurrency.js';
import { fingerprintOf } from '../../images/similar/fingerprint.js';
import type { Inventory } from '../../inventory/inventory.js';
import type { Job } from '../../job/schema.js';
import type { OddImage } from './sizes.js';

/**
 * Finds the photographs of an inventory that cannot be decoded. Reads only those that the comparison of all photographs could
 * not decode.
 */
export async function undecodable(
  { content, run }: Pick<Job, 'content' | 'run'>,
  { contents, duplicates, fingerprints }: Inventory,
): Promise<OddImage[]> {
  const odd: OddImage[] = [];
  const options = { maximumPixels: run.inputLimits.maxPixels };
  const suspects = contents.filter(({ sha256 }) => !fingerprints.has(sha256));
  await forEachConcurrently(suspects, async ({ path }) => {
    await fingerprintOf(join(content.root, path), options).catch((error: unknown) => {
      odd.push({ path, code: asWildstyleError(error).code });
    });
  });
  const codes = new Map(odd.map(({ path, code }) => [path, code]));
  // Copies of a damaged file are damaged, too.
  const copies = duplicates.flatMap(({ source, path, of }) => {
    const code = source === 'content' ? codes.get(of) : undefined;
    return code === undefined ? [] : [{ path, code }];
  });
  return [...odd, ...copies];
}
