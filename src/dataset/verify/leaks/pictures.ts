/** The pictures of a dataset that are compared for leaks, with their fingerprints. @module */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forEachConcurrently } from '../../../files/concurrency.js';
import { sha256 as sha256Of } from '../../../files/digest.js';
import { fingerprintOf } from '../../../images/similar/fingerprint.js';
import { isImageName } from '../../../inventory/scan.js';
import type { AssignedImage } from '../../../splits/earlier.js';
import { photographsOf } from '../../../splits/names.js';
import { exportsFolderName, splitOfFile, workFolderName } from '../../output-paths.js';

/** A picture in a split. */
export interface Picture {
  /** Its path and the folder that it belongs to, for messages. */
  readonly name: string;
  readonly split: string;
  /** Its file in the dataset; for a source, that of an item made from it. */
  readonly file: string;
  readonly kind: 'source' | 'original' | 'stylized' | 'unrecorded';
  readonly fingerprint: Uint8Array;
  readonly sha256: string;
}

/** A source image that items of a split are made from. */
export interface UsedSource {
  readonly path: string;
  readonly sha256: string;
  readonly split: string;
  /** One of its items. */
  readonly file: string;
}

/** A file of the dataset in messages. */
export const inDataset = (file: string): string => `${file} (dataset)`;

/** A source in messages. */
export const inSources = (path: string, folder: 'content' | 'style'): string => `${path} (${folder} folder)`;

const noLimits = { maximumPixels: Number.MAX_SAFE_INTEGER };

/**
 * Reads every image file in the folders of splits, recorded or not. Files that cannot be decoded are left out.
 * @param kinds the kinds of the recorded files
 */
export async function picturesInFiles(
  root: string,
  kinds: ReadonlyMap<string, Picture['kind']>,
): Promise<Picture[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && isImageName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length).replaceAll('\\', '/'))
    .filter(
      (file) => file.includes('/') && ![workFolderName, exportsFolderName].includes(splitOfFile(file)[0]),
    )
    .sort();
  const pictures: (Picture | undefined)[] = new Array(files.length);
  await forEachConcurrently(
    files,
    async (file, index) => {
      const bytes = await readFile(join(root, file)).catch(() => undefined);
      const fingerprint = bytes && (await fingerprintOf(bytes, noLimits).catch(() => undefined));
      if (!fingerprint) return;
      const split = photographsOf(splitOfFile(file)[0]);
      const kind = kinds.get(file) ?? 'unrecorded';
      pictures[index] = { name: inDataset(file), split, file, kind, fingerprint, sha256: sha256Of(bytes) };
    },
    8,
  );
  return pictures.filter((picture) => picture !== undefined);
}

/**
 * Finds the pictures of sources: in the folder of the job if the file is still the same, else in `splits.csv`.
 * @returns the pictures, and the sources that were found in neither
 */
export async function picturesOfSources(
  folder: 'content' | 'style',
  root: string | undefined,
  sources: readonly UsedSource[],
  remembered: readonly AssignedImage[],
): Promise<{ readonly pictures: Picture[]; readonly missing: readonly UsedSource[] }> {
  const known = new Map(remembered.map(({ sha256, fingerprint }) => [sha256, fingerprint]));
  const pictures: Picture[] = [];
  const missing: UsedSource[] = [];
  const found = new Map<UsedSource, Uint8Array>();
  await forEachConcurrently(
    sources,
    async (source) => {
      const bytes =
        root === undefined ? undefined : await readFile(join(root, source.path)).catch(() => undefined);
      const isSame = bytes && sha256Of(bytes) === source.sha256;
      const read = isSame && (await fingerprintOf(bytes, noLimits).catch(() => undefined));
      const fingerprint = read || known.get(source.sha256);
      if (fingerprint) found.set(source, fingerprint);
    },
    8,
  );
  for (const source of sources) {
    const fingerprint = found.get(source);
    const { path, split, file, sha256 } = source;
    if (fingerprint)
      pictures.push({ name: inSources(path, folder), split, file, kind: 'source', fingerprint, sha256 });
    else missing.push(source);
  }
  return { pictures, missing };
}
